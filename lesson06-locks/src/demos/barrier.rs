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

use common::{Figure, Lab, Verdict, within};

use crate::costs::barrier::{costs, picture};
use crate::primitives::barrier::{Barrier, Broken};

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

/// Meets, breaks, and measures.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    lab.detail(picture());
    let (ahead, leaders) = rounds();
    let figures = [Figure::count("ahead", ahead.into()), Figure::count("leaders", leaders.into())];
    let results = within(Duration::from_secs(20), one_panics);
    let all_told = results.len() == 3 && results.iter().all(|result| *result == Err(Broken));
    lab.prove("in step; one panics, all are told", (ahead, leaders) == (0, ROUNDS) && all_told, figures);
    let (table, [asks, sleeps]) = costs();
    lab.detail(table);
    let figures = [Figure::ratio("quicker", sleeps / asks)];
    lab.observe("asking before sleeping pays", Verdict::observed_on_cores(2, asks < sleeps), figures);
    let rows = [("rounds of two threads a second", 1.0 / asks, "barrier_2", "")];
    lab.beside_python("locks.py", &["--only", "barrier_2"], rows);
    Ok(())
}
