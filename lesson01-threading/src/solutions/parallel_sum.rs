//! A part for each thread, borrowed, because a scope's threads end before what they borrow.

use super::thread;

/// Adds up `value(item)` over all items, on at most `threads` threads that run at the same time.
pub fn parallel_sum(items: &[u64], threads: usize, value: &(dyn Fn(u64) -> u64 + Sync)) -> u64 {
    // Rounded up, so that no items are left over; at least 1, because there are no chunks of nothing.
    let part = items.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let spawn = |part| scope.spawn(move || Iterator::sum::<u64>(<[u64]>::iter(part).map(|&item| value(item))));
        // Collected before the first join: an iterator that joined as it spawned would run one thread at a time.
        let workers: Vec<_> = items.chunks(part).map(spawn).collect();
        workers.into_iter().map(|worker| worker.join().expect("`value` panicked")).sum()
    })
}
