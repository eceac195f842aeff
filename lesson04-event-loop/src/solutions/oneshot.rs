//! Looking and leaving the waker happen under one lock. In two, the value could come in between, and wake nobody.

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
        let mut shared = self.shared.lock().expect("nobody panics under this lock");
        if shared.receiver_gone {
            return Err(value);
        }
        shared.value = Some(value);
        Ok(()) // the destructor wakes
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut shared = self.shared.lock().expect("nobody panics under this lock");
        shared.sender_gone = true;
        let receiver = shared.receiver.take();
        drop(shared); // a waker may poll at once, which takes the lock
        if let Some(receiver) = receiver {
            receiver.wake();
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Closed>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut shared = self.shared.lock().expect("nobody panics under this lock");
        if let Some(value) = shared.value.take() {
            return Poll::Ready(Ok(value));
        }
        if shared.sender_gone {
            return Poll::Ready(Err(Closed));
        }
        shared.receiver = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.lock().expect("nobody panics under this lock").receiver_gone = true;
    }
}
