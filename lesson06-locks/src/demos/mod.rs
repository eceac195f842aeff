//! The demos of this lesson, each to be read and changed on its own.

use common::Lab;
use common::blocks::Table;

use crate::costs::cell;

pub mod barrier;
pub mod choosing;
pub mod condition;
pub mod contention;
pub mod deadlock;
pub mod event;
pub mod lock;
pub mod once;
pub mod priority;
pub mod rlock;
pub mod rwlock;
pub mod semaphore;

/// What CPython's counterpart costs, if the student asked for it.
pub(crate) fn beside_python(lab: &mut Lab, primitive: &str, name: &str) {
    let Some(python) = lab.python("locks.py", &["--only", primitive]) else { return };
    let mut table = Table::new(format!("The same on {}", python.name()), &["", "alone", "two threads"]);
    let [alone, two] = ["1", "2"].map(|threads| cell(1e9 / python.figure(&format!("{primitive}_{threads}"))));
    table.row(&[&name, &alone, &two]);
    lab.show(table);
}
