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

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write, stderr, stdin};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use anyhow::{Context, ensure};
use common::blocks::Table;
use common::{Figure, Lab, Scratch};

/// How many lines the worker is to copy.
const LINES: usize = 10;
/// Where the child process finds its orders.
const ORDERS: &str = "LESSON01_DAEMON";

/// Copies lines from standard input into a file, and signs the file when it is complete. Says when half is done.
fn copy(mut file: File, half_done: &Sender<()>, stop: &AtomicBool) -> std::io::Result<()> {
    for (number, line) in BufReader::new(stdin()).lines().enumerate() {
        let line = line?;
        if stop.load(Relaxed) {
            break; // relaxed: the flag guards no data
        }
        writeln!(file, "{line}")?;
        if number + 1 == LINES / 2 {
            // Nobody listens any more in the variants that do not wait; that is not this thread's trouble.
            let _ = half_done.send(());
        }
    }
    writeln!(file, "-- complete --")
}

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

/// Runs this program again as a child with a variant, feeds it, and returns its lines and whether the file is signed.
fn file_of(variant: &str, folder: &Path) -> anyhow::Result<(usize, bool)> {
    let file = folder.join(variant);
    let program = std::env::current_exe().context("this program does not know where it is")?;
    let mut child = Command::new(program)
        .arg("daemon")
        .env(ORDERS, format!("{variant}\n{}", file.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(if variant == "stop" { Stdio::piped() } else { Stdio::inherit() })
        .spawn()
        .context("cannot start a child process")?;
    let mut feed = child.stdin.take().context("the child has no standard input")?;
    for number in 0..LINES {
        if number == LINES / 2 && variant == "detached" {
            // The second half comes too late on purpose: `main` has ended, and nobody asks about the thread.
            child.wait().context("the child did not end")?;
        }
        if number == LINES / 2
            && let Some(stopping) = child.stderr.take()
        {
            // And here it comes when the flag is up, so that the worker sees it before its next line.
            BufReader::new(stopping).read_line(&mut String::new()).context("the child did not stop")?;
        }
        // A child that is gone, or stops reading, leaves a closed pipe; what counts is what is in its file.
        let _ = writeln!(feed, "line {number}");
    }
    drop(feed);
    let status = child.wait().context("the child did not end")?;
    ensure!(status.success(), "the child with variant {variant} ended with {status}");
    let text = fs::read_to_string(&file).with_context(|| format!("the child left no {}", file.display()))?;
    Ok((text.lines().filter(|line| line.starts_with("line")).count(), text.ends_with("-- complete --\n")))
}

/// Shows the file that each of the four variants leaves behind.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    if let Some((variant, file)) = std::env::var(ORDERS).ok().as_deref().and_then(|orders| orders.split_once('\n')) {
        return child(variant, Path::new(file));
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
