//! **Claim**: A worker process that panics, aborts, is killed or runs out of memory takes nothing down but itself; in a
//! thread, all but the panic take the whole program.
//!
//! **Python**:
//! ```python
//! os.abort()    # in a worker: BrokenProcessPool, for all jobs; in a thread: the end of the program
//! ```
//!
//! **Predict**: A thread panics. Does the program end? A thread's allocation fails. Does it now?
//!
//! **Try**: Put `panic = "abort"` into the profile `dev` of the root `Cargo.toml`: which row changes?

use std::process::{ExitStatus, Stdio};

use anyhow::Context;
use common::Lab;
use common::blocks::Table;

use crate::executor::{Executor, Options};
use crate::jobs::{MISBEHAVE, SQUARE};
use crate::pool::{JobError, Program};
use crate::roles::command;
use crate::shown::isolation::{told, word};

/// The bugs, as [`misbehave`](crate::jobs::misbehave) knows them, and as people do.
pub const BUGS: [(&str, &str); 4] =
    [("panic", "panics"), ("abort", "aborts"), ("kill", "SIGKILL"), ("memory", "eats its memory")];
/// How many other jobs are under way beside the bug.
const OTHERS: u64 = 100;

/// What became of a job with a bug in a process, and of the jobs beside it.
#[derive(Debug)]
pub struct InAProcess {
    /// What its caller is told.
    pub error: JobError,
    /// How many of the others came to their right result.
    pub others: u64,
    /// How many workers there are afterwards.
    pub workers: usize,
}

/// Runs a job with a bug in a pool of two, with others before it and after it.
pub fn in_a_process(program: Program, bug: &str) -> anyhow::Result<InAProcess> {
    let executor = Executor::start(Options::new(program.silent(), 2))?;
    let squares = |numbers: std::ops::Range<u64>| executor.map(&SQUARE, numbers, 1);
    let before = squares(0..OTHERS / 2)?;
    let bad = executor.submit(&MISBEHAVE, &bug.to_owned())?;
    let after = squares(OTHERS / 2..OTHERS)?;
    let error = bad.result().err().context("it cannot end well")?;
    let right = before
        .chain(after)
        .zip(0..)
        .filter(|(result, number)| matches!(result, Ok(square) if *square == number * number));
    let others = right.count() as u64;
    // The next two jobs find two workers: a dead one is replaced when there is something to do.
    squares(0..2)?.chain(squares(0..2)?).try_for_each(|result| result.map(drop))?;
    Ok(InAProcess { error, others, workers: executor.workers().len() })
}

/// The same bug in a thread of a program, which is run as a child so that this one survives it. How the program ended.
pub fn in_a_thread(bug: &str) -> anyhow::Result<ExitStatus> {
    Ok(command("program", bug)?.stdout(Stdio::null()).status()?)
}

/// Each bug in both places.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let columns = ["the bug", "in a process", "other jobs", "in a thread: the program"];
    let mut table = Table::new("The same bug twice", &columns);
    let (mut contained, mut lived) = (true, Vec::new());
    for (bug, name) in BUGS {
        let process = in_a_process(Program::this()?, bug)?;
        let thread = in_a_thread(bug)?;
        contained &= process.others == OTHERS && process.error.job().name == MISBEHAVE.name;
        // 42 is what the program ends with when it comes to its end and has seen the thread fail.
        let lives = thread.code() == Some(42);
        let ended = if lives { "lives on".to_owned() } else { format!("ends: {}", word(&thread)) };
        lived.push(lives);
        table.row(&[&name, &told(&process.error), &format!("{} of {OTHERS}", process.others), &ended]);
    }
    lab.show(table);
    lab.prove("in a process, only the job with the bug fails", contained, []);
    lab.prove("in a thread, three of the four end the program", !lived[1..].contains(&true), []);
    lab.prove("a panic ends its thread alone: Rust unwinds", lived[0] || cfg!(panic = "abort"), []);
    if !cfg!(target_os = "linux") {
        lab.show("RLIMIT_AS holds on Linux; here the allocation was made to fail.");
    }
    Ok(())
}
