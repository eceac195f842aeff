//! See the exercise of the same name.

use std::io;
use std::process::{Child, ExitStatus};

/// Why a supervisor stopped.
#[derive(Debug)]
pub enum GaveUp {
    /// The worker failed, was started again as often as allowed, and failed. How it ended last.
    TooOften(ExitStatus),
    /// It could not be started, or not be waited for.
    Io(io::Error),
}

/// Runs what `start` starts until one of them ends well; after the first failure, at most `restarts` times more. `start` is given
/// the number of the attempt, from 1. Returns how many attempts it took.
///
/// # Errors
/// See [`GaveUp`]. What cannot be started is not tried again.
pub fn supervise(restarts: u32, mut start: impl FnMut(u32) -> io::Result<Child>) -> Result<u32, GaveUp> {
    let mut attempt = 1;
    loop {
        let status = start(attempt).and_then(|mut child| child.wait()).map_err(GaveUp::Io)?;
        if status.success() {
            return Ok(attempt);
        }
        if attempt > restarts {
            return Err(GaveUp::TooOften(status));
        }
        attempt += 1;
    }
}
