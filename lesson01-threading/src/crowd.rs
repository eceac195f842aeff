//! As many sleeping threads as are wanted, or as the system gives.

use std::sync::{Arc, Mutex};
use std::thread::Builder;

use common::blocks::Table;
use common::{format, measure};
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

/// A row for each crowd; and whether all of them could be started.
pub fn costs(crowds: &[usize], stack: usize) -> (Table, bool) {
    let mut table = Table::new("What sleeping threads cost", &["threads", "started", "start each", "memory each"]);
    let mut all_started = true;
    for &wanted in crowds {
        let (started, seconds, bytes) = crowd(wanted, stack);
        all_started &= started == wanted;
        let each = |total: f64| total / started.max(1) as f64;
        let (start, memory) = (format::seconds(each(seconds)), format::bytes(each(bytes as f64)));
        let [wanted, started] = [wanted, started].map(|threads| format::count(threads as u64));
        table.row(&[&wanted, &started, &start, &memory]);
    }
    (table, all_started)
}
