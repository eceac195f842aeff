//! The opening puzzle that does compile: two threads, one counter, four ways.

use super::sync::Mutex;
use super::sync::atomic::{AtomicU64, Ordering::Relaxed};
use super::thread;

// `Relaxed` everywhere: the counter guards no other data, and the end of the scope orders its last value before the
// reading. A stronger ordering would not repair `load_then_store`; ordering is not the trouble there.

/// The bug. Another thread may store between this thread's load and its store, and its update is then overwritten.
pub fn load_then_store(increments: u64) -> u64 {
    let counter = AtomicU64::new(0);
    let work = || {
        for _ in 0..increments {
            let value = counter.load(Relaxed);
            counter.store(value + 1, Relaxed);
        }
    };
    two_threads(work);
    counter.into_inner()
}

/// Repair one: one step where there were two. Nothing fits between.
pub fn atomic_add(increments: u64) -> u64 {
    let counter = AtomicU64::new(0);
    two_threads(|| {
        for _ in 0..increments {
            counter.fetch_add(1, Relaxed);
        }
    });
    counter.into_inner()
}

/// Repair two: a lock. Still two steps, but nobody else may take theirs in between.
pub fn lock(increments: u64) -> u64 {
    let counter = Mutex::new(0);
    two_threads(|| {
        for _ in 0..increments {
            *counter.lock().expect("no thread panics while it holds the lock") += 1;
        }
    });
    counter.into_inner().expect("no thread panicked while it held the lock")
}

/// Repair three: share nothing. Each thread counts for itself, and the totals meet when the threads have ended.
pub fn own_total(increments: u64) -> u64 {
    let work = || {
        let mut own = 0;
        for _ in 0..increments {
            own += 1;
        }
        own
    };
    thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.map(|worker| worker.join().expect("counting does not panic")).iter().sum()
    })
}

fn two_threads(work: impl Fn() + Sync) {
    thread::scope(|scope| {
        scope.spawn(&work);
        scope.spawn(&work);
    });
}
