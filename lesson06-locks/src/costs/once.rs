//! A call when all is done.

use std::sync::OnceLock;

use common::blocks::Table;

use super::{cell, nanoseconds};
use crate::primitives::once::{Once, UnderALock};

/// A row for each; and what versions 1 and 2 cost, in nanoseconds.
pub fn costs() -> (Table, [f64; 2]) {
    let (first, ours, std, lazy) = (UnderALock::new(), Once::new(), std::sync::Once::new(), OnceLock::new());
    let theirs = parking_lot::Once::new();
    let costs = [
        ("1 under a lock", nanoseconds(|| first.call_once(|| ()))),
        ("2 states", nanoseconds(|| ours.call_once(|| ()))),
        ("std::sync::Once", nanoseconds(|| std.call_once(|| ()))),
        ("std::sync::OnceLock, LazyLock", nanoseconds(|| *lazy.get_or_init(|| 1))),
        ("parking_lot::Once", nanoseconds(|| theirs.call_once(|| ()))),
    ];
    let mut table = Table::new("A call when it is done", &["once", "time"]);
    for (name, cost) in costs {
        table.row(&[&name, &cell(cost)]);
    }
    (table, [costs[0].1, costs[1].1])
}
