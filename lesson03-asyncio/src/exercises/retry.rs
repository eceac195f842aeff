//! **Goal**: Try again, after waits that double, as long as it may help.
//!
//! **Minutes**: 15

use std::time::Duration;

use tokio::time::sleep;

/// Makes up to `attempts` attempts, numbered from 0, and returns the first success.
///
/// After a failure it waits, `first_wait` at first and twice as long each time, and tries again; not after the last
/// attempt, and not after an error for which `may_pass` is false. `attempts` is at least 1.
///
/// # Errors
/// That of the last attempt.
pub async fn retry<T, E>(
    attempts: u32,
    first_wait: Duration,
    may_pass: impl Fn(&E) -> bool,
    mut attempt: impl AsyncFnMut(u32) -> Result<T, E>,
) -> Result<T, E> {
    todo!("attempt, look, wait, double")
}
