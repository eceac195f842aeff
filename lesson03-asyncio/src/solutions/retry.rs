//! The wait stands between two attempts: none before the first, none after the last.

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
    let (mut number, mut wait) = (0, first_wait);
    loop {
        match attempt(number).await {
            Err(error) if number + 1 < attempts && may_pass(&error) => sleep(wait).await,
            result => return result,
        }
        number += 1;
        wait = wait.saturating_mul(2);
    }
}
