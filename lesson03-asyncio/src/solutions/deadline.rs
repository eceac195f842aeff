//! The work is asked first, so that it wins a tie; then the timer, so that somebody wakes us when time is up.

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
    let (mut work, mut timer) = (pin!(work), pin!(timer));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => timer.as_mut().poll(context).map(|()| Err(Late)),
    })
    .await
}
