//! **Claim**: A detached thread dies with `main`, in the middle of its work; a join, or a guard that joins when it is
//! dropped, lets it finish.
//!
//! **Python**:
//! ```python
//! threading.Thread(target=work, daemon=True).start()    # dies with the main thread
//! threading.Thread(target=work).start()                 # joined at exit
//! ```
//!
//! **Predict**: A thread copies ten lines into a file; `main` returns after five. How many are in the file?
//!
//! **Try**: Which of the four is what Python does without `daemon=True`? Make `Guard::drop` forget to join.

use std::fs::File;
use std::io::{Write, stderr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use common::blocks::Table;
use common::{Figure, Lab, Scratch};

use crate::copying::{LINES, copy, file_of, orders};

/// Joins its thread when it is dropped: at the end of its scope, at an early return, at a panic.
struct Guard(Option<JoinHandle<()>>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(worker) = self.0.take() {
            // A panic of the worker has been reported; a second one, out of a destructor, would abort the process.
            let _ = worker.join();
        }
    }
}

/// The child process: a `main` that ends when half of the work is done.
fn child(variant: &str, file: &Path) -> anyhow::Result<()> {
    let file = File::create(file).context("the child cannot write its file")?;
    let (half_done, wait) = mpsc::channel();
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    let worker = thread::spawn(move || copy(file, &half_done, &seen).expect("the file can be written"));
    let guard = match variant {
        "join" => {
            worker.join().ok().context("the worker panicked")?;
            return Ok(());
        }
        "guard" | "stop" => Some(Guard(Some(worker))),
        _ => None, // dropping a JoinHandle detaches its thread
    };
    wait.recv().context("the worker ended early")?;
    if variant == "stop" {
        stop.store(true, Relaxed); // relaxed: the flag guards no data
        writeln!(stderr(), "stopping").context("nobody waits for the stop")?;
    }
    drop(guard);
    Ok(())
}

/// Shows the file that each of the four variants leaves behind.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    if let Some((variant, file)) = orders() {
        return child(&variant, &file);
    }
    let scratch = Scratch::new().context("no folder for the children's files")?;
    let mut table = Table::new("A worker copies ten lines; its process ends", &["main", "lines", "signed"]);
    let mut found = Vec::new();
    let variants = [
        ("detached", "returns at once"),
        ("join", "joins"),
        ("guard", "drops a guard that joins"),
        ("stop", "raises a stop flag, then joins"),
    ];
    for (variant, description) in variants {
        let (lines, signed) = file_of(variant, scratch.path())?;
        table.row(&[&description, &lines, &if signed { "yes" } else { "no" }]);
        found.push((lines, signed));
    }
    lab.detail(table);
    let half = Figure::count("lines", found[0].0 as u64);
    lab.prove("a detached thread is cut off: half a file, unsigned", found[0] == (LINES / 2, false), [half]);
    let whole = (LINES, true);
    lab.prove("joined, by hand or by a guard, it finishes", found[1] == whole && found[2] == whole, []);
    let figure = Figure::count("lines", found[3].0 as u64);
    lab.prove("a stop flag ends it early and in order: signed", found[3] == (LINES / 2, true), [figure]);
    Ok(())
}
