//! **Claim**: Whether a file exists is old news; `create_new` asks and makes in one step.
//!
//! **Python**:
//! ```python
//! if not os.path.exists(path): open(path, "w")     # time of check, time of use
//! open(path, "x")                                  # one step: FileExistsError for the second
//! ```
//!
//! **Predict**: Two threads, EXISTS? and CREATE each: six schedules. In how many do both make the file?
//!
//! **Try**: Take the `yield_now` out. Does it still go wrong here? Would you call it correct if it did not?

use std::sync::Barrier;
use std::thread;

use anyhow::Context;
use common::{Figure, Lab, Scratch, Verdict};

use crate::explorer::{Ending, count, shortest};
use crate::luck::file::{Wanted, made_twice};
use crate::programs::file::{create_new, exists_then_create};
use crate::{models, show};

/// How many files two threads want to make, each, left to luck.
const FILES: usize = 500;

/// How many believe that they made the file, if both have looked before either makes it.
pub fn forced() -> anyhow::Result<usize> {
    let scratch = Scratch::new().context("no folder for the file")?;
    let wanted = Wanted::new(scratch.path(), 0);
    let both_have_looked = Barrier::new(2);
    let look = || {
        both_have_looked.wait();
    };
    let make = || wanted.note(exists_then_create(&wanted.path, look));
    thread::scope(|scope| {
        scope.spawn(make);
        scope.spawn(make);
    });
    wanted.makers()
}

/// Shows the file made twice: forced, counted, run.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let makers = forced()?;
    lab.prove("forced: one file, two makers", makers == 2, [Figure::count("makers", makers as u64)]);
    let program = models::file::exists_then_create();
    let counts =
        [program.clone(), models::file::create_new()].map(|program| count(&program, models::file::File::makers));
    let parts = counts.each_ref().map(|all| show::part(&all.done(2), &all.total()));
    let holds = counts[0].done(2) > counts[0].done(1) && counts[1].endings.len() == 1;
    if let Some(schedule) = shortest(&program, |ending| matches!(ending, Ending::Done(end) if end.makers() == 2)) {
        lab.detail(show::schedule("The one that bites", &schedule, "two makers"));
    }
    let files = lab.runs(FILES);
    let twice = made_twice(files, |path| exists_then_create(path, thread::yield_now))?;
    let figures = [Figure::count("made twice", twice)];
    lab.observe("left to luck, with a yield, it happens", Verdict::observed(twice > 0), figures);
    let claim = format!("two makers in {} schedules; create_new {}, and no run", parts[0], parts[1]);
    lab.prove(claim, holds && made_twice(files, create_new)? == 0, []);
    if let Some(python) = lab.python("toctou.py", &[]) {
        let twice = python.figure("exists_twice");
        let figures = [("exists, open", twice), ("open(\"x\")", python.figure("x_twice"))];
        let figures = figures.map(|(name, share)| Figure::new(name, 100.0 * share, "% twice"));
        lab.observe(format!("{} does it too", python.name()), Verdict::observed(twice > 0.0), figures);
    }
    Ok(())
}
