//! The part of a loop that other threads can reach.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::callback::Described;
use super::current;
use super::mailbox::{Alarm, Mailbox};
use super::task::{Runnable, Schedule};

/// What another thread may send.
pub(super) enum Message {
    Task(Arc<dyn Runnable>),
    Call(Box<dyn FnOnce() + Send>, Described),
}

impl Alarm for mio::Waker {
    fn ring(&self) {
        // It fails only when the kernel's counter is full of wake-ups that have not been looked at; one is enough.
        let _ = self.wake();
    }
}

/// What a loop shares with other threads.
pub(super) struct Remote(pub(super) Mailbox<Message, mio::Waker>);

impl Schedule for Remote {
    fn schedule(&self, task: Arc<dyn Runnable>) {
        // Most wake-ups come from the loop's own thread: from another task, or from the poller. They need no lock.
        if let Err(task) = current::schedule_here(self, task) {
            let _ = self.0.post(Message::Task(task)); // a closed loop has dropped its tasks
        }
    }
}

/// A handle for other threads. All that it can do is thread-safe; what is not, it does not have, and a [`LoopHandle`](super::LoopHandle)
/// cannot be sent to another thread at all. CPython finds that mistake at run time, in debug mode.
#[derive(Clone)]
pub struct ThreadsafeHandle(pub(super) Arc<Remote>);

/// The loop has been closed. Python: `RuntimeError: Event loop is closed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event loop is closed")]
pub struct Closed;

impl ThreadsafeHandle {
    /// Calls a function on the loop's thread, in its next turn; wakes the loop if it sleeps. Calls from one thread come in
    /// their order. Inside, [`get_event_loop`](super::get_event_loop) has the rest: `get_event_loop()?.stop()`, say.
    ///
    /// # Errors
    /// If the loop is closed; the function is dropped then.
    #[track_caller]
    pub fn call_soon_threadsafe<F: FnOnce() + Send + 'static>(&self, function: F) -> Result<(), Closed> {
        let described = (std::any::type_name::<F>(), Location::caller());
        self.0.0.post(Message::Call(Box::new(function), described)).map_err(|_| Closed)
    }
}

impl fmt::Debug for ThreadsafeHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ThreadsafeHandle")
    }
}
