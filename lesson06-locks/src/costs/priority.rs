//! Two threads that want one lock all the time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use common::blocks::Table;

use super::pin;

/// How long the two threads compete.
const TIME: Duration = Duration::from_millis(100);
/// How long one turn holds the lock.
const HOLD: Duration = Duration::from_micros(20);

/// Two threads compete for a while: how many turns they had, and how many one of them had in a row.
pub fn compete(locked: impl Fn(&dyn Fn()) + Sync) -> (u64, u64) {
    let (over, start) = (AtomicBool::new(false), Barrier::new(3));
    // Relaxed: only who has the lock touches these.
    let [last, row, longest, turns] = [0; 4].map(AtomicU64::new);
    let work = |me: usize| {
        pin(me);
        start.wait();
        while !over.load(Relaxed) {
            locked(&|| {
                hold();
                let again = last.swap(me as u64, Relaxed) == me as u64;
                row.store(if again { row.load(Relaxed) + 1 } else { 1 }, Relaxed);
                longest.fetch_max(row.load(Relaxed), Relaxed);
                turns.fetch_add(1, Relaxed);
            });
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| work(0));
        scope.spawn(|| work(1));
        start.wait();
        thread::sleep(TIME); // the experiment's length; nothing is ordered by it
        over.store(true, Relaxed);
    });
    (turns.into_inner(), longest.into_inner())
}

fn hold() {
    let start = Instant::now();
    while start.elapsed() < HOLD {
        std::hint::spin_loop();
    }
}

/// A row for each lock.
pub fn turns(names: &[&str], results: &[(u64, u64)]) -> Table {
    let mut table = Table::new("Two threads, 100 ms, 20 µs a turn", &["lock", "turns", "most in a row"]);
    for (name, (turns, row)) in names.iter().zip(results) {
        table.row(&[name, turns, row]);
    }
    table
}
