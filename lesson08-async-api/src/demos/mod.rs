//! The demos of this lesson, each to be read and changed on its own.

use std::io;

use common::blocks::Table;
use common::{Lab, format};
use tokio::runtime::{Builder, Runtime};

pub mod background_tasks;
pub mod load;
pub mod off_the_loop;
pub mod pool;
pub mod service;
pub mod shutdown;

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

/// A table of what Rust does and what the student's Python does, if the student asked for it: in each row what it is,
/// ours, and the name of the script's figure with its unit.
fn beside_python(lab: &mut Lab, script: &str, rows: &[(&str, f64, &str, &str)]) {
    let Some(python) = lab.python(script, &[]) else { return };
    let mut table = Table::new("Beside Python", &["", "Rust", &python.name()]);
    for (what, ours, figure, unit) in rows {
        let theirs = format::quantity(python.figure(figure), unit);
        table.row(&[what, &format::quantity(*ours, unit), &theirs]);
    }
    lab.show(table);
}
