//! Lesson 02: processes.
//!
//! A process shares nothing, and that is the bargain. What happens in one, a panic, an abort, memory run out, happens to
//! no other; and no lock, an interpreter's or your own, makes two of them wait. The price: a process takes a millisecond to
//! start where a thread takes microseconds, an argument has to be written into a stream and read out of it, code cannot be
//! sent at all, and nobody takes a child away but its parent. This lesson starts processes, kills them, builds the
//! pool that hides the price, and measures what it cannot hide.

use std::process::ExitCode;

pub mod demos;
pub mod executor;
pub mod exercises;
pub mod jobs;
pub mod pool;
pub mod roles;
pub mod shared;
pub mod shown;
pub mod solutions;

/// What this process is to do if a demo or a pool has started it as a child; `None` in the real program. The first line
/// of `main`, before anybody looks at the command line.
pub fn child() -> Option<ExitCode> {
    pool::serve_if_asked(jobs::registry).or_else(roles::play_if_asked)
}
