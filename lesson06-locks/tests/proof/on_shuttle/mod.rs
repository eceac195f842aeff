//! Every interleaving.

use shuttle::{hint, sync, thread};

#[path = "../../../src/primitives/mod.rs"]
pub mod primitives;

mod barrier;
mod condvar;
mod event;
mod floor;
mod mutex;
mod once;
mod queue;
mod reentrant;
mod rwlock;
mod semaphore;
mod timeouts;

use std::time::Duration;

use common::within;
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};

const LIMIT: Duration = Duration::from_secs(120);
/// More schedules than any of these proofs needs. One that gets here has proved nothing, and fails.
const TOO_MANY: usize = 100_000;

fn run(scheduler: impl Scheduler + Send + 'static, property: impl Fn() + Send + Sync + 'static) -> usize {
    within(LIMIT, move || {
        let mut config = Config::new();
        config.silence_warnings = true;
        Runner::new(scheduler, config).run(move || {
            floor::futex::reset();
            property();
        })
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

/// Runs a number of schedules in which threads have priorities, lowered `changes` times at random moments: for a bug that
/// needs a few threads to stand still for long, which drawing at random at every step hardly ever does.
/// (Burckhardt and others, *A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs*, 2010.)
fn in_many_schedules_with_long_pauses(number: usize, changes: usize, property: impl Fn() + Send + Sync + 'static) {
    run(PctScheduler::new_from_seed(1, changes, number), property);
}

/// Starts `threads` threads that all run `work`, with their numbers, and waits for them.
fn together(threads: usize, work: impl Fn(usize) + Send + Sync + 'static) {
    let work = sync::Arc::new(work);
    let spawn = |number| {
        let work = sync::Arc::clone(&work);
        thread::spawn(move || work(number))
    };
    // The last one runs here: a thread less means far fewer schedules.
    let spawned: Vec<_> = (1..threads).map(spawn).collect();
    work(0);
    spawned.into_iter().for_each(|thread| thread.join().expect("a panic is reported by the runner"));
}

/// How many are inside; more than `most` at once is a failure.
struct Inside {
    /// A standard atomic, which the runner does not know: each operation that it knows multiplies the schedules.
    now: std::sync::atomic::AtomicU32,
    most: u32,
}

impl Inside {
    fn at_most(most: u32) -> Self {
        Inside { now: std::sync::atomic::AtomicU32::new(0), most }
    }

    fn pass(&self) {
        use std::sync::atomic::Ordering::SeqCst;
        let now = self.now.fetch_add(1, SeqCst) + 1;
        assert!(now <= self.most, "{now} threads are inside at once");
        thread::sleep(Duration::ZERO); // one switch: anybody who can come in, does so in some schedule
        self.now.fetch_sub(1, SeqCst);
    }
}
