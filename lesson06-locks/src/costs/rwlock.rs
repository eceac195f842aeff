//! Locks that readers share, when nobody competes.

use common::blocks::Table;

use super::{cell, nanoseconds};
use crate::primitives::mutex::Mutex;
use crate::primitives::rwlock::{ReadersFirst, RwLock};

/// A row for each; and what reading in version 2 costs, and a plain mutex, in nanoseconds.
pub fn costs() -> (Table, [f64; 2]) {
    let (first, ours) = (RwLock::<(), ReadersFirst>::new(()), RwLock::<()>::new(()));
    let (std, theirs, plain) = (std::sync::RwLock::new(()), parking_lot::RwLock::new(()), Mutex::<()>::new(()));
    let read = nanoseconds(|| drop(ours.read()));
    let lock = nanoseconds(|| drop(plain.lock()));
    let mut table = Table::new("Alone", &["lock", "read", "write"]);
    table.row(&[
        &"1 readers first",
        &cell(nanoseconds(|| drop(first.read()))),
        &cell(nanoseconds(|| drop(first.write()))),
    ]);
    table.row(&[&"2 writers first", &cell(read), &cell(nanoseconds(|| drop(ours.write())))]);
    table.row(&[
        &"std::sync::RwLock",
        &cell(nanoseconds(|| drop(std.read()))),
        &cell(nanoseconds(|| drop(std.write()))),
    ]);
    let theirs = [nanoseconds(|| drop(theirs.read())), nanoseconds(|| drop(theirs.write()))];
    table.row(&[&"parking_lot::RwLock", &cell(theirs[0]), &cell(theirs[1])]);
    table.row(&[&"a plain mutex", &cell(lock), &cell(lock)]);
    (table, [read, lock])
}
