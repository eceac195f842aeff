//! One poll that is not the last: it wakes its own task, and the task goes to the end of the queue.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Done at the second poll. Python: `asyncio.sleep(0)`.
#[derive(Debug, Default)]
#[must_use = "a future does nothing until it is polled"]
pub struct YieldNow {
    yielded: bool,
}

/// Gives the other tasks their turn.
pub fn yield_now() -> YieldNow {
    YieldNow::default()
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        // Without this the task would wait for ever: nobody else has a reason to wake it.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
