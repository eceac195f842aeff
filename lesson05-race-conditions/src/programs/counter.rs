//! Two threads that add 1 to a counter a few times each.

use super::sync::Arc;
use super::sync::atomic::{AtomicU64, Ordering::Relaxed};
use super::thread;

// `Relaxed` everywhere: the counter guards no other data, and joining the threads orders their last values before the
// reading. A stronger ordering would not repair `load_store`; ordering is not the trouble there.

/// The bug. Another thread may store between this thread's load and its store, and its update is then overwritten.
pub fn load_store(times: u64) -> u64 {
    two_threads(move |counter| {
        for _ in 0..times {
            let value = counter.load(Relaxed);
            counter.store(value + 1, Relaxed);
        }
    })
}

/// The repair: one step where there were two. Nothing fits between.
pub fn fetch_add(times: u64) -> u64 {
    two_threads(move |counter| {
        for _ in 0..times {
            counter.fetch_add(1, Relaxed);
        }
    })
}

fn two_threads(work: impl Fn(&AtomicU64) + Copy + Send + 'static) -> u64 {
    let counter = Arc::new(AtomicU64::new(0));
    let workers = [0, 1].map(|_| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || work(&counter))
    });
    for worker in workers {
        worker.join().expect("counting does not panic");
    }
    counter.load(Relaxed)
}
