//! Child processes that the demos look at: this program again, with a role to play.

use std::io::{self, BufRead, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::{env, process, thread};

use crate::executor::{Executor, Options};
use crate::jobs::COMPUTE;
use crate::pool::Program;

/// The first argument of such a child; the second is its role.
pub const ARGUMENT: &str = "--lesson02-role";

/// What a child does, given a detail.
type Role = fn(&str) -> io::Result<ExitCode>;

/// What a child can be.
const ROLES: [(&str, Role); 7] = [
    ("shout", |_| shout()),
    ("exit", |status| Ok(ExitCode::from(status.parse().unwrap_or(0)))),
    ("variable", |name| writeln!(io::stdout(), "{}", env::var(name).unwrap_or_default()).map(|()| ExitCode::SUCCESS)),
    ("guarded", |_| guard().and_then(|()| shout())),
    ("parent-of", |role| parent_of(role)),
    ("pool", |_| pool()),
    ("program", |bug| Ok(program(bug))),
];

/// Plays a role, if this process was started to do so.
pub fn play_if_asked() -> Option<ExitCode> {
    let mut arguments = env::args().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let (role, detail) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let play = ROLES.iter().find(|(name, _)| *name == role)?.1;
    Some(play(&detail).unwrap_or(ExitCode::FAILURE))
}

/// This program in a role.
///
/// # Errors
/// If the system does not say where it is.
pub fn command(role: &str, detail: &str) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args([ARGUMENT, role, detail]).stdin(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

/// Says its process id, then each line it is given, loudly.
fn shout() -> io::Result<ExitCode> {
    let mut out = io::stdout();
    writeln!(out, "{}", process::id())?;
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", line?.to_uppercase())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks Linux for a signal when the parent ends: exactly, when the thread ends that started this process.
pub fn guard() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

/// Starts a child that inherits its standard input and output.
fn child(role: &str) -> io::Result<Child> {
    command(role, "")?.stdin(Stdio::inherit()).spawn()
}

/// A parent that waits for its child, unless it is killed first.
fn parent_of(role: &str) -> io::Result<ExitCode> {
    child(role)?.wait().map(|_| ExitCode::SUCCESS)
}

/// The owner of a pool whose workers compute and never look up. It says when they do, and then waits for its own end.
fn pool() -> io::Result<ExitCode> {
    let executor = Executor::start(Options::new(Program::this()?, 2))?;
    let endless = [0; 2].map(|_| executor.submit(&COMPUTE, &u64::MAX));
    while endless.iter().flatten().any(|handle| !handle.is_running()) {
        thread::yield_now();
    }
    writeln!(io::stdout(), "computing")?;
    loop {
        thread::park();
    }
}

/// "Your program": it does something important, and one of its threads has a bug.
fn program(bug: &str) -> ExitCode {
    let bug = bug.to_owned();
    let ended = thread::spawn(move || crate::jobs::misbehave(&bug)).join();
    // Reached only if the thread's end was not everybody's.
    if ended.is_err() { ExitCode::from(42) } else { ExitCode::SUCCESS }
}
