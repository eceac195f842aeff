//! What each version costs: the instruments, and the tables that they fill. Each file has its demo's name.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use common::measure::Summary;
use core_affinity::CoreId;

pub mod barrier;
pub mod condition;
pub mod contention;
pub mod event;
pub mod lock;
pub mod once;
pub mod priority;
pub mod rlock;
pub mod rwlock;
pub mod semaphore;

/// What a call of `work` costs when nobody competes, in nanoseconds: the median of short bursts.
pub fn nanoseconds<T>(mut work: impl FnMut() -> T) -> f64 {
    const CALLS: u32 = 2_000;
    let mut burst = || {
        let start = Instant::now();
        (0..CALLS).for_each(|_| drop(black_box(work())));
        start.elapsed().as_secs_f64() / f64::from(CALLS) * 1e9
    };
    Summary::of((0..7).map(|_| burst())).median
}

/// Keeps this thread on one core, so that two threads with different numbers run at the same time. Left to itself, the
/// system may put both on one core, where they take turns and never meet. Where it cannot be had, nothing happens.
pub fn pin(number: usize) {
    // Asked once, before the first thread is pinned: afterwards the system names only the core that it is pinned to.
    static CORES: OnceLock<Vec<CoreId>> = OnceLock::new();
    let cores = CORES.get_or_init(|| core_affinity::get_core_ids().unwrap_or_default());
    if let Some(core) = cores.get(number % cores.len().max(1)) {
        core_affinity::set_for_current(*core);
    }
}

/// Nanoseconds as a table's cell.
pub fn cell(nanoseconds: f64) -> String {
    format!("{nanoseconds:.1} ns")
}
