//! **Goal**: A channel for one value, from any thread to a task that waits for it: half of every `run_in_executor`.
//!
//! **Minutes**: 30

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::sync::{Arc, Mutex};

/// What both ends share.
struct Shared<T> {
    value: Option<T>,
    receiver: Option<Waker>,
    sender_gone: bool,
    receiver_gone: bool,
}

/// The sender was dropped without sending.
#[derive(Debug, PartialEq, Eq)]
pub struct Closed;

/// Sends the value. Dropped without sending, it tells the receiver.
pub struct Sender<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

/// The value, when it has come.
pub struct Receiver<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

/// Both ends of a channel.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Shared { value: None, receiver: None, sender_gone: false, receiver_gone: false };
    let shared = Arc::new(Mutex::new(shared));
    (Sender { shared: Arc::clone(&shared) }, Receiver { shared })
}

impl<T> Sender<T> {
    /// Sends the value, and wakes the receiver.
    ///
    /// # Errors
    /// With the value, if the receiver is gone.
    pub fn send(self, value: T) -> Result<(), T> {
        todo!("leave the value under the lock, and wake who waits for it")
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // A panic of `poll` comes through here; a second one would end the program.
        if !std::thread::panicking() {
            todo!("a receiver that waits would wait for ever")
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Closed>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("the value, or the end, or leave your waker: under one lock")
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // A panic of `poll` comes through here; a second one would end the program.
        if !std::thread::panicking() {
            todo!("tell the sender")
        }
    }
}
