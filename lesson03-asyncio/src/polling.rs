//! A runtime in ten lines, for looking: it polls a future by hand, as often as it is told.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that does nothing but count how often it was asked to wake.
#[derive(Debug, Default)]
pub struct Wakes(AtomicUsize);

impl Wakes {
    /// How often so far.
    pub fn count(&self) -> usize {
        self.0.load(Relaxed) // relaxed: the count guards no other data
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Not ready when it is first polled, and ready when it is polled again: Python's `asyncio.sleep(0)`.
#[derive(Debug, Default)]
pub struct Turn {
    polled: bool,
}

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref(); // without this nobody would ever poll again
        Poll::Pending
    }
}

/// Polls a future at most so many times, and says after how many it was ready. Then it is the caller's to drop:
/// all points at which a future can be cancelled are `0, 1, 2, ..` polls.
pub fn poll_times<F: Future>(mut future: Pin<&mut F>, polls: usize) -> Option<(usize, F::Output)> {
    let mut context = Context::from_waker(Waker::noop());
    (1..=polls).find_map(|poll| match future.as_mut().poll(&mut context) {
        Poll::Ready(output) => Some((poll, output)),
        Poll::Pending => None,
    })
}
