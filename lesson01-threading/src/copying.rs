//! A worker that copies lines into a file, and a process around it that may end too early.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write, stdin};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Sender;

use anyhow::{Context, ensure};

/// How many lines the worker is to copy.
pub const LINES: usize = 10;
/// Where the child process finds its orders.
const ORDERS: &str = "LESSON01_DAEMON";

/// In the child process: which variant of `main` it is to be, and the file to write.
pub fn orders() -> Option<(String, PathBuf)> {
    let orders = env::var(ORDERS).ok()?;
    let (variant, file) = orders.split_once('\n')?;
    Some((variant.to_owned(), file.into()))
}

/// Copies lines from standard input into a file, and signs the file when it is complete. Says when half is done.
///
/// # Errors
/// If the file cannot be written or standard input not be read.
pub fn copy(mut file: File, half_done: &Sender<()>, stop: &AtomicBool) -> io::Result<()> {
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

/// Runs this program again as a child with a variant, feeds it, and returns its lines and whether the file is signed.
///
/// # Errors
/// If there is no child to be had, or it fails.
pub fn file_of(variant: &str, folder: &Path) -> anyhow::Result<(usize, bool)> {
    let file = folder.join(variant);
    let program = env::current_exe().context("this program does not know where it is")?;
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
