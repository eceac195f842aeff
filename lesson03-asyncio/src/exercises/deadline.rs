//! **Goal**: A timeout by hand: the work's output, or that the timer was first.
//!
//! **Minutes**: 15

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// The timer was ready, and the work was not.
#[derive(Debug, PartialEq, Eq)]
pub struct Late;

/// Waits for `work` until `timer` is ready. If both are ready, the work counts. When this returns, both are dropped.
///
/// # Errors
/// [`Late`] if the timer was first.
pub async fn deadline<F: Future, T: Future<Output = ()>>(work: F, timer: T) -> Result<F::Output, Late> {
    todo!("pin both with `pin!`, and poll them in a `poll_fn`")
}
