//! Two threads that store and load, in batches.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use crate::pair;
use crate::programs::litmus::Cells;

/// How many experiments a batch has: within it the two threads need not meet.
pub const BATCH: usize = 4_096;

/// A batch of experiments, and what each thread has read in them.
struct Batch {
    cells: Vec<Cells>,
    read: [Vec<AtomicU64>; 2],
}

impl Batch {
    fn new() -> Self {
        let unread = || (0..BATCH).map(|_| AtomicU64::new(0)).collect();
        Batch { cells: (0..BATCH).map(|_| Cells::default()).collect(), read: [unread(), unread()] }
    }
}

/// How often each of the four results came. The threads are pinned to two cores, where the system allows.
pub fn observed(batches: usize, side: fn(&AtomicU64, &AtomicU64) -> u64) -> [u64; 4] {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    let pin = |thread: usize| cores.get(thread).is_some_and(|&core| core_affinity::set_for_current(core));
    let pinned = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let run = |thread: usize, batch: &Batch| {
        // Once, at its first batch; relaxed: nobody else looks at it.
        if pinned[thread].swap(1, Relaxed) == 0 {
            pin(thread);
        }
        for (cells, read) in batch.cells.iter().zip(&batch.read[thread]) {
            let (own, other) = if thread == 0 { (&cells.x, &cells.y) } else { (&cells.y, &cells.x) };
            read.store(side(own, other), Relaxed); // relaxed: counted after the threads have ended
        }
    };
    let mut results = [0; 4];
    for batch in pair::trials(batches, Batch::new, |batch| run(0, batch), |batch| run(1, batch)) {
        for (first, second) in batch.read[0].iter().zip(&batch.read[1]) {
            results[(first.load(Relaxed) * 2 + second.load(Relaxed)) as usize] += 1;
        }
    }
    results
}
