//! Two threads at one plain variable, for a tenth of a second: prints in how many of a hundred rounds something is lost.
//!
//! UNDEFINED BEHAVIOUR, on purpose: this is a data race. Whatever it prints is right, and so would anything else be.

use std::cell::UnsafeCell;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

const INCREMENTS: u64 = 100_000;

struct Racy(UnsafeCell<u64>);

// SAFETY: there is none. This promises that the cell may be shared, and it may not: that is the bug to be seen.
unsafe impl Sync for Racy {}

fn add(counter: &Racy) {
    for _ in 0..INCREMENTS {
        // SAFETY: the pointer is valid; that nobody else writes at the same time is not true.
        unsafe { *counter.0.get() += 1 };
    }
}

fn main() {
    let (mut wrong, mut rounds) = (0_u32, 0_u32);
    let start = Instant::now();
    // A fixed time and not a fixed number: on a busy machine two threads may take turns instead of overlapping.
    while start.elapsed() < Duration::from_millis(100) {
        let (counter, both) = (Racy(UnsafeCell::new(0)), Barrier::new(2));
        let work = || {
            both.wait();
            add(&counter);
        };
        thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        wrong += u32::from(counter.0.into_inner() != 2 * INCREMENTS);
        rounds += 1;
    }
    println!("{:.2}", 100.0 * f64::from(wrong) / f64::from(rounds));
}
