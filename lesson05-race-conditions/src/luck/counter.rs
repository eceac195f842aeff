//! Two threads that add to one counter.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::pair;

/// What the counter has come to in each of so many runs, if both add 1 so often, with `between` in the gap between load and store.
pub fn totals(runs: usize, increments: usize, between: fn()) -> Vec<u64> {
    let side = |counter: &AtomicU64| {
        for _ in 0..increments {
            let value = counter.load(Relaxed); // relaxed here and below: the counter guards no other data
            between();
            counter.store(value + 1, Relaxed);
        }
    };
    pair::trials(runs, || AtomicU64::new(0), side, side).into_iter().map(AtomicU64::into_inner).collect()
}
