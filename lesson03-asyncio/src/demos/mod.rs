//! The demos of this lesson, each to be read and changed on its own.

use std::io;

use tokio::runtime::{Builder, Runtime};

pub mod back_pressure;
pub mod blocking_the_loop;
pub mod cancellation;
pub mod coroutine;
pub mod create_task;
pub mod gather;
pub mod hundred_thousand;

/// A runtime with one thread and a clock that stands still while anything can run, and jumps to the next timer when
/// nothing can. Times on it are exact, and cost none.
///
/// # Errors
/// If the system has no file descriptor left.
pub fn on_virtual_time() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_time().start_paused(true).build()
}
