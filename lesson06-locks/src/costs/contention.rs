//! Threads that compete, for a lock or for a cache line.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use common::measure;

use super::pin;

/// How long each experiment lasts.
const TIME: Duration = Duration::from_millis(15);

/// A way to run something under a lock.
pub type Locked<'a> = &'a (dyn Fn(&dyn Fn()) + Sync);

fn section(rounds: u32) {
    for round in 0..rounds {
        black_box(round);
    }
}

/// Turns a second of all threads together, and the smallest share of the turns times the number of threads: 1 is fair.
pub fn throughput(threads: usize, rounds: u32, locked: Locked<'_>) -> (f64, f64) {
    let (over, start) = (AtomicBool::new(false), Barrier::new(threads + 1));
    let worker = |number| {
        pin(number);
        start.wait();
        let mut turns = 0_u64;
        while !over.load(Relaxed) {
            locked(&|| section(rounds));
            section(rounds);
            turns += 1;
        }
        turns
    };
    let worker = &worker;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|number| scope.spawn(move || worker(number))).collect();
        start.wait();
        let begun = Instant::now();
        thread::sleep(TIME); // a fixed time, not a fixed count: threads with little to do never meet
        over.store(true, Relaxed);
        let turns: Vec<u64> = workers.into_iter().map(|worker| worker.join().expect("it only counts")).collect();
        let (all, least) = (turns.iter().sum::<u64>(), turns.iter().min().copied().unwrap_or(0));
        (all as f64 / begun.elapsed().as_secs_f64(), least as f64 * threads as f64 / all.max(1) as f64)
    })
}

/// Two counters, each for one thread: how many steps a second both make, side by side and apart.
pub fn false_sharing() -> (f64, f64) {
    #[repr(align(128))] // two lines of 64 bytes, because processors fetch them in pairs
    struct Apart(AtomicU64);
    let side_by_side = [AtomicU64::new(0), AtomicU64::new(0)];
    let apart = [Apart(AtomicU64::new(0)), Apart(AtomicU64::new(0))];
    let rate = |counters: [&AtomicU64; 2]| {
        const STEPS: u32 = 200_000;
        let start = Barrier::new(2);
        thread::scope(|scope| {
            let workers = [(0, counters[0]), (1, counters[1])].map(|(core, counter)| {
                let start = &start;
                scope.spawn(move || {
                    pin(core);
                    start.wait();
                    // Each keeps its own time: a third thread might be woken when all is over.
                    let begun = Instant::now();
                    // Relaxed: each counter has one thread. It is the cache line that has two.
                    for _ in 0..STEPS {
                        counter.fetch_add(1, Relaxed);
                    }
                    begun.elapsed().as_secs_f64()
                })
            });
            let times = workers.map(|worker| worker.join().expect("it only counts"));
            f64::from(2 * STEPS) / times[0].max(times[1])
        })
    };
    let [side_by_side, apart] = measure::interleave(
        5,
        [&mut || rate([&side_by_side[0], &side_by_side[1]]), &mut || rate([&apart[0].0, &apart[1].0])],
    );
    (side_by_side.median, apart.median)
}
