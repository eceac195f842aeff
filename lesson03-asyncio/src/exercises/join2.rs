//! **Goal**: `join!` for two, by hand: a future that is ready when both of its futures are.
//!
//! **Minutes**: 20

use std::pin::Pin;
use std::task::{Context, Poll};

/// One of the two: still to be polled, or its output.
pub enum Slot<F: Future> {
    /// Not ready when it was last polled.
    Running(Pin<Box<F>>),
    /// Ready. The future is gone: a future must not be polled again once it was ready.
    Done(F::Output),
    /// The output has been handed out.
    Taken,
}

/// Waits for two.
pub struct Join2<A: Future, B: Future> {
    a: Slot<A>,
    b: Slot<B>,
}

// The futures are pinned in boxes of their own, so this may move. It lets `poll` use `self` like any `&mut`.
impl<A: Future, B: Future> Unpin for Join2<A, B> {}

/// A future for both outputs.
pub fn join2<A: Future, B: Future>(a: A, b: B) -> Join2<A, B> {
    Join2 { a: Slot::Running(Box::pin(a)), b: Slot::Running(Box::pin(b)) }
}

impl<F: Future> Slot<F> {
    /// Polls it unless it is done. Whether it is done now.
    fn is_done(&mut self, context: &mut Context<'_>) -> bool {
        todo!("a running future is polled, and its output kept")
    }

    /// Hands out the output, if there is one.
    fn take(&mut self) -> Option<F::Output> {
        match std::mem::replace(self, Slot::Taken) {
            Slot::Done(output) => Some(output),
            Slot::Running(_) | Slot::Taken => None,
        }
    }
}

impl<A: Future, B: Future> Future for Join2<A, B> {
    type Output = (A::Output, B::Output);

    /// Both make progress at every poll.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("poll each; when both are done, take both outputs")
    }
}
