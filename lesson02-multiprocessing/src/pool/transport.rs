//! What a worker and its parent talk through.
//!
//! On Unix a socket pair: one file descriptor each way and both ways, as the child's standard input. A pipe would do, takes two,
//! and moves large bodies at half the speed. Where there is no socket pair, standard input and output are two pipes, and then
//! a job that prints writes into the middle of its worker's answers: so it must not.
//!
//! Whoever holds an end of a socket keeps the other side waiting: the end of the stream comes when the *last* copy is
//! closed. Two copies are easily overlooked. `Command` keeps what it was given until it is dropped itself. And a child that is
//! started later inherits every descriptor that does not close on exec; those that `std` opens all do.

use std::io;
use std::process::{Child, Command};

/// A parent's two halves of the connection.
#[derive(Debug)]
pub struct Ends {
    /// What the worker says.
    pub from_worker: FromWorker,
    /// What the worker is told.
    pub to_worker: ToWorker,
}

#[cfg(unix)]
mod system {
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream;

    use super::*;

    /// What a parent reads from.
    pub type FromWorker = UnixStream;
    /// What a parent writes to.
    pub type ToWorker = UnixStream;
    /// What a worker reads from.
    pub type FromParent = UnixStream;
    /// What a worker writes to.
    pub type ToParent = UnixStream;

    /// Starts the program at the other end of a new connection.
    pub fn connect(mut command: Command) -> io::Result<(Child, Ends)> {
        let (ours, theirs) = UnixStream::pair()?;
        for end in [&ours, &theirs] {
            // As much as the system grants: a large body then needs fewer turns. A refusal costs nothing but speed.
            let _ = rustix::net::sockopt::set_socket_send_buffer_size(end, 512 * 1024);
        }
        let child = command.stdin(OwnedFd::from(theirs)).spawn()?;
        // It still holds `theirs`. Kept, it would hide the worker's death: our end would never see the end of the stream.
        drop(command);
        Ok((child, Ends { from_worker: ours.try_clone()?, to_worker: ours }))
    }

    /// In the worker: takes the connection away from standard input, so that no job reads from it by accident and no
    /// process that a job starts inherits it.
    pub fn accept() -> io::Result<(FromParent, ToParent)> {
        let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        rustix::stdio::dup2_stdin(std::fs::File::open("/dev/null")?)?;
        Ok((stream.try_clone()?, stream))
    }
}

#[cfg(not(unix))]
mod system {
    use std::process::{ChildStdin, ChildStdout, Stdio};

    use super::*;

    /// What a parent reads from.
    pub type FromWorker = ChildStdout;
    /// What a parent writes to.
    pub type ToWorker = ChildStdin;
    /// What a worker reads from.
    pub type FromParent = io::Stdin;
    /// What a worker writes to.
    pub type ToParent = io::Stdout;

    /// Starts the program at the other end of a new connection.
    pub fn connect(mut command: Command) -> io::Result<(Child, Ends)> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        match (child.stdout.take(), child.stdin.take()) {
            (Some(from_worker), Some(to_worker)) => Ok((child, Ends { from_worker, to_worker })),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// In the worker: its two ends.
    pub fn accept() -> io::Result<(FromParent, ToParent)> {
        Ok((io::stdin(), io::stdout()))
    }
}

pub use system::{FromParent, FromWorker, ToParent, ToWorker, accept, connect};
