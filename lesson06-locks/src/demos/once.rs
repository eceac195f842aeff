//! **Claim**: The first one does it, the others wait; afterwards it costs one load.
//!
//! **Python**: `functools.cache` around a function without arguments; two threads may still both run it.
//!
//! **Predict**: The first caller panics in the middle. Is it done?
//!
//! **Try**: Replace `Once` by `std::sync::Once` in `after_a_panic`. What does std do with the second caller?

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use common::{Figure, Lab, Verdict};

use crate::costs::once::costs;
use crate::primitives::once::Once;

/// How many threads want it done.
const THREADS: usize = 8;

/// How often the work was done, and how many callers came back before it was.
pub fn all_at_once() -> (u32, u32) {
    let (once, start) = (Once::new(), Barrier::new(THREADS));
    let (done, early) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                once.call_once(|| {
                    thread::yield_now(); // long enough for the others to come
                    done.fetch_add(1, Relaxed);
                });
                // Relaxed: `call_once` orders what the work did before what comes after it.
                early.fetch_add(u32::from(done.load(Relaxed) == 0), Relaxed);
            });
        }
    });
    (done.into_inner(), early.into_inner())
}

/// Checked and then made, in two steps: both threads have looked before either has made it. Forced.
pub fn check_then_make() -> u32 {
    let (made, both_have_looked) = (AtomicU32::new(0), Barrier::new(2));
    let get = || {
        let missing = made.load(Relaxed) == 0;
        both_have_looked.wait();
        if missing {
            made.fetch_add(1, Relaxed);
        }
    };
    thread::scope(|scope| {
        scope.spawn(get);
        scope.spawn(get);
    });
    made.into_inner()
}

/// The first attempt panics. Whether the second one is made.
pub fn after_a_panic() -> bool {
    let (once, mut second) = (Once::new(), false);
    let first = catch_unwind(AssertUnwindSafe(|| once.call_once(|| resume_unwind(Box::new("half way")))));
    once.call_once(|| second = true);
    first.is_err() && second && once.is_completed()
}

/// Does it once.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let made = check_then_make();
    lab.prove("forced: checked and then made, it is made twice", made == 2, [Figure::count("made", made.into())]);
    let (done, early) = all_at_once();
    let figures = [Figure::count("done", done.into()), Figure::count("early", early.into())];
    let claim = "done once; after a panic, by the next one";
    lab.prove(claim, (done, early) == (1, 0) && after_a_panic(), figures);
    let (table, [first, ours]) = costs();
    lab.detail(table);
    let figures = [Figure::ratio("cheaper", first / ours)];
    lab.observe("one load is cheaper than a lock", Verdict::observed(ours < first), figures);
    if let Some(python) = lab.python("hazards.py", &["--only", "once"]) {
        let calls = python.figure("once_cache_calls");
        let claim = format!("{}: `functools.cache` calls it for both", python.name());
        lab.observe(claim, Verdict::observed(calls == 2.0), [Figure::count("calls", calls as u64)]);
    }
    Ok(())
}
