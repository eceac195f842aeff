//! Two threads that want the same file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anyhow::Context;
use common::Scratch;

use crate::pair;

/// A file that two threads want, and how many believe that they made it.
pub struct Wanted {
    /// Where it is to be.
    pub path: PathBuf,
    makers: AtomicUsize,
    failures: AtomicUsize,
}

impl Wanted {
    /// Nobody has tried.
    pub fn new(folder: &Path, number: usize) -> Self {
        let path = folder.join(number.to_string());
        Wanted { path, makers: AtomicUsize::new(0), failures: AtomicUsize::new(0) }
    }

    /// How one of them fared. Relaxed: both are counters, read when the threads have ended.
    pub fn note(&self, made: io::Result<bool>) {
        let counter = if made.is_ok() { &self.makers } else { &self.failures };
        counter.fetch_add(usize::from(made.unwrap_or(true)), Relaxed);
    }

    /// How many believe that they made it.
    ///
    /// # Errors
    /// If one of them could not.
    pub fn makers(&self) -> anyhow::Result<usize> {
        anyhow::ensure!(self.failures.load(Relaxed) == 0, "a file could not be made");
        Ok(self.makers.load(Relaxed))
    }
}

/// How many of so many files were made twice.
///
/// # Errors
/// If one could not be made at all.
pub fn made_twice(files: usize, make: impl Fn(&Path) -> io::Result<bool> + Sync) -> anyhow::Result<u64> {
    let scratch = Scratch::new().context("no folder for the files")?;
    let number = AtomicUsize::new(0);
    let wanted = || Wanted::new(scratch.path(), number.fetch_add(1, Relaxed)); // relaxed: one thread makes them all
    let make = |wanted: &Wanted| wanted.note(make(&wanted.path));
    let wanted = pair::trials(files, wanted, make, make);
    let makers = wanted.iter().map(Wanted::makers).collect::<anyhow::Result<Vec<usize>>>()?;
    Ok(makers.into_iter().filter(|&makers| makers == 2).count() as u64)
}
