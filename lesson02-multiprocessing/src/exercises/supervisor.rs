//! **Goal**: A supervisor: starts a worker, starts it again when it fails, at most so many times, and leaves no zombie.
//!
//! **Minutes**: 15

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
    todo!("a loop over the attempts: start, wait, look at the status")
}
