//! Re-entrant locks, taken once and once more.

use common::blocks::Table;

use super::{cell, nanoseconds};
use crate::primitives::mutex::Mutex;
use crate::primitives::reentrant::{ReentrantMutex, UnderALock};

/// A row for each; and what versions 1 and 2 cost when they are taken once, in nanoseconds.
pub fn costs() -> (Table, [f64; 2]) {
    let (first, ours) = (ReentrantMutex::<(), UnderALock>::new(()), ReentrantMutex::<()>::new(()));
    let (plain, theirs) = (Mutex::<()>::new(()), parking_lot::ReentrantMutex::new(()));
    let mut table = Table::new("A lock and unlock, alone", &["lock", "once", "once more inside"]);
    let once = [
        nanoseconds(|| drop(first.lock())),
        nanoseconds(|| drop(ours.lock())),
        nanoseconds(|| drop(theirs.lock())),
        nanoseconds(|| drop(plain.lock())),
    ];
    let held = (first.lock(), ours.lock(), theirs.lock());
    table.row(&[&"1 under a lock", &cell(once[0]), &cell(nanoseconds(|| drop(first.lock())))]);
    table.row(&[&"2 owner", &cell(once[1]), &cell(nanoseconds(|| drop(ours.lock())))]);
    table.row(&[&"parking_lot::ReentrantMutex", &cell(once[2]), &cell(nanoseconds(|| drop(theirs.lock())))]);
    table.row(&[&"a plain mutex", &cell(once[3]), &"never ends"]);
    drop(held);
    (table, [once[0], once[1]])
}
