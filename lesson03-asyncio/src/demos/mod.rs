//! The demos of this lesson, each to be read and changed on its own.

use std::io;

use common::blocks::Table;
use common::{Lab, format};
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

/// A table of what Rust does and what the student's Python does, if the student asked for it: in each row what it is,
/// ours, and the name of the script's figure with its unit; `?` for a figure that is yes or no.
fn beside_python(lab: &mut Lab, script: &str, rows: &[(&str, String, &str, &str)]) {
    let Some(python) = lab.python(script, &[]) else { return };
    let mut table = Table::new("Beside Python", &["", "Rust", &python.name()]);
    for (what, ours, figure, unit) in rows {
        let figure = python.figure(figure);
        let theirs = match *unit {
            "?" if figure.is_finite() => ["no", "yes"][usize::from(figure != 0.0)].to_owned(),
            unit => format::quantity(figure, unit),
        };
        table.row(&[what, ours, &theirs]);
    }
    lab.show(table);
}
