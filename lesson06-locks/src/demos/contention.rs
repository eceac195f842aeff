//! **Claim**: How a lock waits decides; and threads that share only a cache line contend too.
//!
//! **Python**: a `Lock` seldom has contention to show: the GIL lets one thread run at a time.
//!
//! **Predict**: Two threads, each with a counter of its own, side by side in memory. How much faster if 128 bytes apart?
//!
//! **Try**: Set SECTIONS to 0 and 2000. Which lock wins when nothing is done under it, and which when much is?

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Barrier, Mutex as Std};
use std::thread;
use std::time::{Duration, Instant};

use common::blocks::{Bars, Table};
use common::{Figure, Lab, Verdict, measure};

use super::pin;
use crate::primitives::mutex::{Mutex, Park, Spin, ThreeStates};
use crate::primitives::semaphore::{Fair, Semaphore};

/// How many threads compete, one experiment after the other.
const THREADS: [usize; 3] = [1, 2, 4];
/// How much is done under the lock, and as much outside it, in rounds of arithmetic.
const SECTIONS: [u32; 2] = [0, 200];
/// How long each experiment lasts.
const TIME: Duration = Duration::from_millis(15);

fn section(rounds: u32) {
    for round in 0..rounds {
        black_box(round);
    }
}

/// Turns a second of all threads together, and the smallest share of the turns times the number of threads: 1 is fair.
pub fn throughput(threads: usize, rounds: u32, locked: &(dyn Fn(&dyn Fn()) + Sync)) -> (f64, f64) {
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

/// Lets threads compete for each lock.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (spin, park) = (Mutex::<(), Spin>::new(()), Mutex::<(), Park>::new(()));
    let (sleeps, asks) = (Mutex::<(), ThreeStates<0>>::new(()), Mutex::<()>::new(()));
    let (fair, std) = (Semaphore::<Fair>::new(1), Std::new(()));
    let (theirs, theirs_fair) = (parking_lot::Mutex::new(()), parking_lot::FairMutex::new(()));
    type Locked<'a> = &'a (dyn Fn(&dyn Fn()) + Sync);
    let locks: [(&str, Locked<'_>); 8] = [
        ("1 spin", &|work| (spin.lock(), work()).1),
        ("2 park", &|work| (park.lock(), work()).1),
        ("3 three states, no spin", &|work| (sleeps.lock(), work()).1),
        ("3 three states", &|work| (asks.lock(), work()).1),
        ("fair semaphore", &|work| (fair.acquire(), work()).1),
        ("std Mutex", &|work| (std.lock(), work()).1),
        ("parking_lot Mutex", &|work| (theirs.lock(), work()).1),
        ("parking_lot FairMutex", &|work| (theirs_fair.lock(), work()).1),
    ];
    let mut two_threads = Vec::new();
    for rounds in SECTIONS {
        let title = format!("Turns a second, {rounds} rounds under the lock and {rounds} outside");
        let mut bars = Bars::new(&title, "threads", THREADS, "turns/s");
        let mut table =
            Table::new("Fairness: the least share of turns, 1.00 is even", &["lock", "2 threads", "4 threads"]);
        for (name, locked) in locks {
            let results = THREADS.map(|threads| throughput(threads, rounds, locked));
            bars.series(name, results.map(|(rate, _)| rate));
            table.row(&[&name, &format!("{:.2}", results[1].1), &format!("{:.2}", results[2].1)]);
            two_threads.push(results[1].0);
        }
        lab.detail(bars);
        lab.detail(table);
    }
    let sections = &two_threads[locks.len()..];
    let figures = [Figure::ratio("more turns", sections[3] / sections[2])];
    lab.observe(
        "two threads: asking before sleeping pays",
        Verdict::observed_on_cores(2, sections[3] > sections[2]),
        figures,
    );
    let (side_by_side, apart) = false_sharing();
    let figures = [Figure::ratio("apart", apart / side_by_side)];
    lab.observe(
        "false sharing: two counters in one line are slower",
        Verdict::observed_on_cores(2, apart > 1.2 * side_by_side),
        figures,
    );
    Ok(())
}
