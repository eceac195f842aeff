//! The demos of this lesson, each to be read and changed on its own.

use std::io;

use tokio::runtime::{Builder, Runtime};

pub mod background_tasks;
pub mod load;
pub mod off_the_loop;
pub mod pool;
pub mod service;
pub mod shutdown;

/// What stands beside those of our figures that a debug build makes several times worse.
const OURS: &str = if cfg!(debug_assertions) { " (ours: debug)" } else { "" };

/// A runtime with two workers, whatever the machine has: two are enough to show what one of them blocks.
///
/// # Errors
/// If the system has no threads or file descriptors left.
pub fn two_workers() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

/// A runtime with one thread and a clock that stands still while anything can run, and jumps to the next timer when
/// nothing can. Times on it are exact, and cost none.
///
/// # Errors
/// If the system has no file descriptor left.
pub fn on_virtual_time() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_time().start_paused(true).build()
}
