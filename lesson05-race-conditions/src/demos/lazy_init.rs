//! **Claim**: "Not there yet? Make it" on two threads makes it twice; `OnceLock` makes one.
//!
//! **Python**:
//! ```python
//! if _connection is None: _connection = connect()      # two threads, two connections
//! @functools.cache                                     # calls it twice, too: its lock guards the cache, not the call
//! ```
//!
//! **Predict**: Two threads ask for a thing that takes 20 µs to make. How often are two of them made?
//!
//! **Try**: In `programs/lazy.rs`, leave out the second look of `make_once`. Which test notices, and what does it print?

use std::sync::{Barrier, OnceLock};
use std::thread;

use common::blocks::{Outcomes, Standing};
use common::{Figure, Lab, Verdict};

use crate::explorer::{Ending, count, shortest};
use crate::programs::lazy::Lazy;
use crate::{models, pair, show};

/// How many things two threads ask for, each, left to luck.
const TRIALS: usize = 2_000;

/// How often it is made, if both threads have looked before either makes it.
pub fn forced() -> u64 {
    let lazy = Lazy::default();
    let both_have_looked = Barrier::new(2);
    let need = || {
        lazy.test_then_make(|| {
            both_have_looked.wait();
        });
    };
    thread::scope(|scope| {
        scope.spawn(need);
        scope.spawn(need);
    });
    lazy.made()
}

/// The library's way: the closure runs once, and whoever comes meanwhile waits for it.
fn with_once_lock(trials: usize) -> u64 {
    struct Place(OnceLock<u64>, Lazy);
    let need = |place: &Place| {
        place.0.get_or_init(|| place.1.test_then_make(thread::yield_now));
    };
    let places = pair::trials(trials, || Place(OnceLock::new(), Lazy::default()), need, need);
    places.iter().filter(|place| place.1.made() > 1).count() as u64
}

/// Shows the thing that is made twice: forced, counted, run.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let made = forced();
    lab.prove("forced: made twice", made == 2, [Figure::count("made", made)]);
    let program = models::lazy::test_then_make();
    let counts = [program.clone(), models::lazy::once()].map(|program| count(&program, |lazy| lazy.made));
    let parts = counts.each_ref().map(|all| show::part(&all.done(2), &all.total()));
    let holds = counts[0].done(2) > counts[0].done(1) && counts[1].endings.len() == 1;
    if let Some(schedule) = shortest(&program, |ending| matches!(ending, Ending::Done(end) if end.made == 2)) {
        lab.detail(show::schedule("One of them", &schedule, "made twice"));
    }
    let trials = lab.runs(TRIALS);
    let trial = |need: &(dyn Fn(&Lazy) -> u64 + Sync)| {
        let need = |lazy: &Lazy| {
            need(lazy);
        };
        pair::trials(trials, Lazy::default, need, need)
    };
    let bare = trial(&|lazy| lazy.test_then_make(|| {}));
    let runs = [bare, trial(&|lazy| lazy.test_then_make(thread::yield_now)), trial(&Lazy::make_once)];
    let mut outcomes = Outcomes::new("How often it was made", &["look, make", "with a yield", "look again"]);
    for (made, standing) in [(1, Standing::Acceptable), (2, Standing::Forbidden)] {
        let counts = runs.each_ref().map(|run| run.iter().filter(|lazy| lazy.made() == made).count() as f64);
        outcomes.outcome(made.to_string(), standing, &counts);
    }
    lab.detail(outcomes);
    let twice = runs.each_ref().map(|run| run.iter().filter(|lazy| lazy.made() > 1).count() as u64);
    let figures = [Figure::count("as it is", twice[0]), Figure::count("with a yield", twice[1])];
    lab.observe("left to luck, it is made twice", Verdict::observed(twice[0] + twice[1] > 0), figures);
    let claim = format!("made twice in {} schedules; OnceLock {}, and no run", parts[0], parts[1]);
    lab.prove(claim, holds && twice[2] + with_once_lock(trials) == 0, []);
    Ok(())
}
