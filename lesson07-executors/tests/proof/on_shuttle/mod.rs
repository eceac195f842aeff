//! Every interleaving.

use shuttle::{hint, thread};

/// shuttle's, but for an atomic that notices when it is used after its end.
mod sync {
    pub use shuttle::sync::*;

    pub mod atomic {
        pub use super::super::floor::frame::AtomicBool;
        pub use shuttle::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};
    }
}

#[path = "../../../src/pool/steps/mod.rs"]
pub mod steps;

mod arrivals;
mod blocked;
mod completion;
mod floor;
mod latch;
mod sleep;

use std::time::Duration;

use common::within;
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};

const LIMIT: Duration = Duration::from_secs(120);
/// More schedules than any of these proofs needs. One that gets here has proved nothing, and fails.
const TOO_MANY: usize = 200_000;

fn run(scheduler: impl Scheduler + Send + 'static, property: impl Fn() + Send + Sync + 'static) -> usize {
    within(LIMIT, move || {
        let mut config = Config::new();
        config.silence_warnings = true;
        Runner::new(scheduler, config).run(property)
    })
}

/// Runs all schedules there are.
fn in_every_schedule(property: impl Fn() + Send + Sync + 'static) {
    let schedules = run(DfsScheduler::new(Some(TOO_MANY), false), property);
    assert!(schedules < TOO_MANY, "there are more schedules than can be run: nothing is proved");
    eprintln!("{}: {schedules} schedules", std::thread::current().name().unwrap_or_default());
}

/// Runs a number of schedules, drawn at random: for what has too many, or loops without end in some of them.
fn in_many_schedules(number: usize, property: impl Fn() + Send + Sync + 'static) {
    run(RandomScheduler::new_from_seed(1, number), property);
}

/// Runs a number of schedules in which threads have priorities, lowered three times at random moments: for a bug that needs
/// one of them to stand still for long. (Burckhardt and others, *A Randomized Scheduler with Probabilistic Guarantees of
/// Finding Bugs*, 2010.)
fn in_many_schedules_with_long_pauses(number: usize, property: impl Fn() + Send + Sync + 'static) {
    run(PctScheduler::new_from_seed(1, 3, number), property);
}

/// Runs all of this at once, the last one here, and waits for it.
fn together(mut work: Vec<Box<dyn FnOnce() + Send>>) {
    let here = work.pop().expect("there is something to do");
    let threads: Vec<_> = work.into_iter().map(thread::spawn).collect();
    here();
    threads.into_iter().for_each(|thread| thread.join().expect("a panic is reported by the runner"));
}

fn work(work: impl FnOnce() + Send + 'static) -> Box<dyn FnOnce() + Send> {
    Box::new(work)
}
