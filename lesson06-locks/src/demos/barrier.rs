//! **Claim**: Nobody enters the next round before all have come; if one cannot, all are told.
//!
//! **Python**:
//! ```python
//! barrier.wait()      # threading.Barrier: an index, or BrokenBarrierError after barrier.abort()
//! ```
//!
//! **Predict**: Four threads meet at a barrier, and one panics on its way. What do the other three do with std's?
//!
//! **Try**: Take the guard out of `one_panics`. What does the watchdog say?

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use common::blocks::{State, Stopwatch, Table, Timeline};
use common::work::Work;
use common::{Figure, Lab, Verdict, measure, within};

use super::pin;
use crate::primitives::barrier::{Barrier, Broken, UnderALock};

/// How many threads meet.
const THREADS: u32 = 4;
/// How often.
const ROUNDS: u32 = 100;

/// Breaks the barrier if its thread panics: then it will not come to the next round.
struct BreakOnPanic<'a>(&'a Barrier);

impl Drop for BreakOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.abort();
        }
    }
}

/// How many threads were ahead of one that had not arrived, and how many leaders there were in all rounds.
pub fn rounds() -> (u32, u32) {
    let barrier = Barrier::<200>::with_spin(THREADS);
    let (arrived, ahead, leaders) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    arrived.fetch_add(1, Relaxed); // relaxed: the barrier orders it for the others
                    let leads = barrier.wait().expect("nobody breaks it");
                    leaders.fetch_add(u32::from(leads), Relaxed);
                    ahead.fetch_add(u32::from(arrived.load(Relaxed) < round * THREADS), Relaxed);
                }
            });
        }
    });
    (ahead.into_inner(), leaders.into_inner())
}

/// One thread of four panics before it arrives; what the other three get.
pub fn one_panics() -> Vec<Result<bool, Broken>> {
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        let worker = |number: u32| {
            let barrier = &barrier;
            scope.spawn(move || {
                let _guard = BreakOnPanic(barrier);
                if number == 0 {
                    std::panic::resume_unwind(Box::new("it will not come"));
                }
                barrier.wait()
            })
        };
        let workers: Vec<_> = (0..THREADS).map(worker).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    })
}

/// Threads of different speed meet three times; who waits for whom.
fn picture() -> Timeline {
    let (barrier, clock) = (Barrier::new(3), Stopwatch::start());
    let worker = |number: u64| {
        let mut lane = clock.lane(format!("worker-{number}"));
        for round in 0..3 {
            lane.enter(State::Running);
            Work::rounds(30_000 * (1 + (number + round) % 3)).run();
            lane.enter(State::Waiting);
            barrier.wait().expect("nobody breaks it");
        }
        lane
    };
    thread::scope(|scope| {
        let workers = [0, 1, 2].map(|number| scope.spawn(move || worker(number)));
        Timeline::new(
            "Each round takes as long as its slowest",
            workers.map(|worker| worker.join().expect("it only works")),
        )
    })
}

/// Meets, breaks, and measures.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    lab.detail(picture());
    let (ahead, leaders) = rounds();
    let figures = [Figure::count("ahead", ahead.into()), Figure::count("leaders", leaders.into())];
    let results = within(Duration::from_secs(20), one_panics);
    let all_told = results.len() == 3 && results.iter().all(|result| *result == Err(Broken));
    let claim = "in step; one panics, all are told";
    lab.prove(claim, (ahead, leaders) == (0, ROUNDS) && all_told, figures);
    let turns = |wait: &(dyn Fn() + Sync)| {
        let work = |core| {
            pin(core);
            (0..1_000).for_each(|_| wait());
        };
        measure::time(|| thread::scope(|scope| drop([scope.spawn(|| work(0)), scope.spawn(|| work(1))]))).1 / 1_000.0
    };
    let (first, ours, std) = (UnderALock::new(2), Barrier::new(2), std::sync::Barrier::new(2));
    let sleeps = Barrier::<0>::with_spin(2);
    let times = [
        turns(&|| assert!(first.wait().is_ok())),
        turns(&|| assert!(ours.wait().is_ok())),
        turns(&|| {
            std.wait();
        }),
        turns(&|| assert!(sleeps.wait().is_ok())),
    ];
    let mut table = Table::new("Two threads, a round", &["barrier", "time"]);
    for (name, time) in
        ["1 under a lock", "2 generations", "std::sync::Barrier", "2 generations, no spin"].iter().zip(times)
    {
        table.row(&[name, &common::format::seconds(time)]);
    }
    lab.detail(table);
    let figures = [Figure::ratio("quicker", times[3] / times[1])];
    lab.observe("asking before sleeping pays", Verdict::observed_on_cores(2, times[1] < times[3]), figures);
    if let Some(python) = lab.python("locks.py", &["--only", "barrier_2"]) {
        let round = common::format::seconds(1.0 / python.figure("barrier_2"));
        lab.show(format!("{}: {round} a round of two threads", python.name()));
    }
    Ok(())
}
