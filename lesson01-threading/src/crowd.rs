//! As many sleeping threads as are wanted, or as the system gives.

use std::sync::{Arc, Mutex};
use std::thread::Builder;

use common::measure;
use memory_stats::memory_stats;

/// Starts threads with stacks of so many bytes until there are `wanted` or the system gives no more; returns how many, the seconds and the bytes.
pub fn crowd(wanted: usize, stack: usize) -> (usize, f64, u64) {
    let resident = || memory_stats().map_or(0, |memory| memory.physical_mem);
    let before = resident();
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().expect("nobody has had it yet");
    let sleeper = || {
        let gate = Arc::clone(&gate);
        move || drop(gate.lock())
    };
    let (sleepers, seconds) = measure::time(|| {
        let spawn = |_| Builder::new().stack_size(stack).spawn(sleeper()).ok();
        (0..wanted).map_while(spawn).collect::<Vec<_>>()
    });
    let bytes = resident().saturating_sub(before) as u64;
    drop(closed);
    let started = sleepers.len();
    sleepers.into_iter().for_each(|sleeper| sleeper.join().expect("it only waits"));
    (started, seconds, bytes)
}
