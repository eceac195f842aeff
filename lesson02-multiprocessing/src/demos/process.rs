//! **Claim**: A process ends with a status or a signal, and stays a zombie until its parent asks for it; unless it sees
//! to it, it outlives that parent.
//!
//! **Python**:
//! ```python
//! process = multiprocessing.Process(target=work, daemon=True)
//! process.start(); process.pid; process.kill(); process.join(); process.exitcode    # -9: a signal
//! ```
//!
//! **Predict**: You kill a program that has started a child. What becomes of the child?
//!
//! **Try**: Leave out the `wait` in `zombie`: how many processes has `ps` now? Let `orphan` ask for "shout" twice.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use common::blocks::Table;
use common::{Figure, Lab, Verdict, measure};

use crate::roles::command;

/// Starts a child that shouts back what it is told, and returns it with both ends of its pipes and its own process id.
fn shouter(role: &str, detail: &str) -> anyhow::Result<(Child, ChildStdin, BufReader<ChildStdout>, u32)> {
    let mut command = command(role, detail)?;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start a child")?;
    let stdin = child.stdin.take().context("a pipe was asked for")?;
    let mut stdout = BufReader::new(child.stdout.take().context("a pipe was asked for")?);
    let mut pid = String::new();
    stdout.read_line(&mut pid)?;
    Ok((child, stdin, stdout, pid.trim().parse().context("it says its number first")?))
}

/// A conversation through two pipes. Closing the child's input is how it learns that there is no more.
pub fn conversation() -> anyhow::Result<(String, bool, ExitStatus)> {
    let (mut child, mut stdin, mut stdout, pid) = shouter("shout", "")?;
    writeln!(stdin, "who is there?")?;
    let mut heard = String::new();
    stdout.read_line(&mut heard)?;
    drop(stdin);
    Ok((heard.trim().to_owned(), pid == child.id(), child.wait()?))
}

/// What a child inherits and what it is given: the environment is the parent's, plus what is set.
pub fn environment() -> anyhow::Result<String> {
    let output = command("variable", "LESSON")?.env("LESSON", "two").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Kills a child, and fetches how it ended. `kill` only asks the system; `wait` is what frees the number.
pub fn killed() -> anyhow::Result<ExitStatus> {
    let (mut child, _stdin, _stdout, _) = shouter("shout", "")?;
    child.kill()?;
    Ok(child.wait()?)
}

/// Whether a process that has ended still has its number before its parent has waited for it, and whether after.
#[cfg(unix)]
pub fn zombie() -> anyhow::Result<(bool, bool)> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, test_kill_process, waitid};
    let mut child = command("exit", "0")?.stdout(Stdio::null()).spawn().context("cannot start a child")?;
    let pid = Pid::from_child(&child);
    // Waits for its end and leaves it unreaped. A signal to a zombie is accepted, and does nothing.
    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
    let before = test_kill_process(pid).is_ok();
    child.wait()?;
    Ok((before, test_kill_process(pid).is_ok()))
}

/// There are none here: a process is gone once the last handle to it is closed.
#[cfg(not(unix))]
pub fn zombie() -> anyhow::Result<(bool, bool)> {
    Ok((true, false))
}

/// Kills the parent of a child that plays `role`. Whether the child still answers.
pub fn orphan(role: &str) -> anyhow::Result<bool> {
    let (mut parent, mut stdin, mut stdout, _) = shouter("parent-of", role)?;
    parent.kill()?;
    parent.wait()?;
    let mut heard = String::new();
    // A child that has been killed with its parent takes no more, and says no more: both pipes are broken.
    let _ = writeln!(stdin, "are you still there?");
    stdout.read_line(&mut heard)?;
    Ok(!heard.is_empty())
}

/// Starts a guarded child from a thread that ends. Whether the child lives on, although this process does.
pub fn started_by_a_thread_that_ends() -> anyhow::Result<bool> {
    let starts = thread::spawn(|| shouter("guarded", ""));
    let (mut child, _stdin, _stdout, _) = starts.join().ok().context("the thread panicked")??;
    let start = Instant::now();
    let patience = if cfg!(target_os = "linux") { Duration::from_secs(20) } else { Duration::from_millis(50) };
    while child.try_wait()?.is_none() && start.elapsed() < patience {
        thread::sleep(Duration::from_millis(1));
    }
    let lives = child.try_wait()?.is_none();
    child.kill()?;
    child.wait()?;
    Ok(lives)
}

/// From birth to burial.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (heard, same, status) = conversation()?;
    let statuses = [status, command("exit", "3")?.status()?, killed()?];
    let mut table = Table::new("How a child ends, and what `wait` says", &["it", "status", "code()", "success()"]);
    for (what, status) in ["saw the end of its input", "called exit(3)", "was killed"].iter().zip(statuses) {
        table.row(&[what, &status, &format!("{:?}", status.code()), &status.success()]);
    }
    lab.detail(table);
    lab.prove("two pipes, a number, a variable", heard == "WHO IS THERE?" && same && environment()? == "two", []);
    let codes = [status.code(), statuses[1].code()] == [Some(0), Some(3)];
    lab.prove("it ends with a status, or a signal", codes && !statuses[2].success(), []);
    let (before, after) = zombie()?;
    lab.prove("ended, it is a zombie until its parent waits", before && !after, []);
    lab.prove("its parent is killed, and it lives on", orphan("shout")?, []);
    if cfg!(target_os = "linux") {
        lab.prove("unless it has asked to die with its parent", !orphan("guarded")?, []);
        let lives = started_by_a_thread_that_ends()?;
        lab.prove("which means the parent's thread: that one ended", !lives, []);
    } else {
        lab.show("PR_SET_PDEATHSIG is Linux's. Elsewhere, a thread has to watch the parent.");
    }
    let seconds =
        measure::repeat(lab.runs(10), || command("exit", "0").and_then(|mut command| command.status())).median;
    lab.observe("start and end in a few ms", Verdict::observed(seconds < 0.01), [Figure::seconds("", seconds)]);
    if let Some(python) = lab.python("processes.py", &["--only", "start"]) {
        let mut table = Table::new("Start and wait", &["", "each"]);
        table.row(&[&"this program again", &common::format::seconds(seconds)]);
        for method in ["fork", "spawn"] {
            let theirs = common::format::seconds(python.figure(&format!("start_{method}")));
            table.row(&[&format!("{}, {method}", python.name()), &theirs]);
        }
        lab.show(table);
    }
    Ok(())
}
