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

use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{io, thread};

use anyhow::Context;
use common::{Figure, Lab, Scratch, Verdict};

use crate::explorer::{Ending, count, shortest};
use crate::programs::file::{create_new, exists_then_create};
use crate::{models, pair, show};

/// How many files two threads want to make, each, left to luck.
const FILES: usize = 500;

/// A file that two threads want, and how many believe that they made it.
struct Wanted {
    path: PathBuf,
    makers: AtomicUsize,
    failures: AtomicUsize,
}

impl Wanted {
    fn new(folder: &Path, number: usize) -> Self {
        let path = folder.join(number.to_string());
        Wanted { path, makers: AtomicUsize::new(0), failures: AtomicUsize::new(0) }
    }

    /// Relaxed: both are counters, read when the threads have ended.
    fn note(&self, made: io::Result<bool>) {
        let counter = if made.is_ok() { &self.makers } else { &self.failures };
        counter.fetch_add(usize::from(made.unwrap_or(true)), Relaxed);
    }
}

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
    anyhow::ensure!(wanted.failures.into_inner() == 0, "a file could not be made");
    Ok(wanted.makers.into_inner())
}

/// Left to luck: how many files were made twice.
fn made_twice(files: usize, make: impl Fn(&Path) -> io::Result<bool> + Sync) -> anyhow::Result<u64> {
    let scratch = Scratch::new().context("no folder for the files")?;
    let number = AtomicUsize::new(0);
    let wanted = || Wanted::new(scratch.path(), number.fetch_add(1, Relaxed)); // relaxed: one thread makes them all
    let make = |wanted: &Wanted| wanted.note(make(&wanted.path));
    let wanted = pair::trials(files, wanted, make, make);
    anyhow::ensure!(wanted.iter().all(|wanted| wanted.failures.load(Relaxed) == 0), "a file could not be made");
    Ok(wanted.iter().filter(|wanted| wanted.makers.load(Relaxed) == 2).count() as u64)
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
