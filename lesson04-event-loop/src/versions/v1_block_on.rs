//! Version 1: one future, polled until it is done.
//!
//! What is left of an event loop when everything is taken away: poll; if it is not done, sleep; whoever wakes the waker
//! wakes the thread. There is no queue, because there is nobody to choose from.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Wakes a thread out of `park`.
pub(super) struct Unpark(pub(super) Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        // The token of `unpark` is kept: if it comes before the `park`, the `park` returns at once. No wake-up is lost in between.
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread: Python's `asyncio.run`, for one coroutine that makes no tasks.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // It may return for no reason. Then the future is polled once too often, which it must bear anyway.
            Poll::Pending => thread::park(),
        }
    }
}
