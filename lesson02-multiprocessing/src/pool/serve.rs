//! The worker's side: what this program does when it was started as a worker.

use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::frames::{self, FrameError, FrameReader, SMALL};
use super::job::{Answer, Registry, Request, note_panics};
use super::transport::{self, ToParent};

/// The first argument of a worker; the second is its parent's process id. An argument and not a variable of the environment:
/// a process that a job starts would inherit the variable, and take itself for a worker.
pub const ARGUMENT: &str = "--lesson02-worker";
/// An answer waits for its neighbours, but not behind a job that takes longer than this.
const PATIENCE: Duration = Duration::from_micros(50);

/// Turns this process into a worker, if it was started as one. To be called before anything else in `main`: a worker must
/// not parse the command line, print, or start threads of the real program's.
pub fn serve_if_asked(registry: impl FnOnce() -> Registry) -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let parent = arguments.next().and_then(|id| id.to_str()?.parse().ok()).unwrap_or(0);
    Some(match serve(parent, &registry()) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads what a worker prints. Its parent sees the stream end and the status.
        Err(_) => ExitCode::from(2),
    })
}

fn serve(parent: u32, registry: &Registry) -> Result<(), FrameError> {
    let (from_parent, mut to_parent) = transport::accept()?;
    die_with_parent(parent, &from_parent)?;
    note_panics();
    let mut requests = FrameReader::new(from_parent);
    let (mut arguments, mut results, mut unsent) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(Request { number, job, count }) = requests.read(&mut arguments)? {
        results.clear();
        let start = Instant::now();
        let outcome = registry.run(job, &mut arguments, count, &mut results);
        if outcome.is_err() {
            results.clear();
        }
        frames::open(&Answer { number, outcome }, results.len(), &mut unsent)?;
        // Many small answers go out together: a system call costs more than a small job. But not for long, and not if
        // there is nothing else to do: then somebody waits for this one.
        let hurry = !requests.has_more() || start.elapsed() > PATIENCE;
        send(&mut to_parent, &mut unsent, &results, hurry)?;
        // A job on bytes has made the one of the other. The larger memory is kept for the next arguments: it is in use already.
        if results.capacity() > arguments.capacity() {
            std::mem::swap(&mut results, &mut arguments);
        }
    }
    Ok(())
}

fn send(to_parent: &mut ToParent, unsent: &mut Vec<u8>, results: &[u8], hurry: bool) -> io::Result<()> {
    if results.len() > SMALL || unsent.len() > SMALL {
        frames::write_both(to_parent, unsent, results)?;
        unsent.clear();
        return Ok(());
    }
    unsent.extend_from_slice(results);
    if hurry {
        frames::write_both(to_parent, unsent, &[])?;
        unsent.clear();
    }
    Ok(())
}

/// A worker that waits for a request sees its parent die: the stream ends. One that computes does not look, so somebody
/// else has to.
#[cfg(unix)]
fn die_with_parent(parent: u32, stream: &std::os::unix::net::UnixStream) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    // Linux can be asked for a signal when the parent ends; more exactly, when the *thread* ends that started this process.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    // The parent may have ended before that call, and then no signal comes: another process has adopted this one.
    let parent_now = rustix::process::getppid().map_or(0, |id| id.as_raw_nonzero().get().unsigned_abs());
    if parent_now != parent {
        return Err(io::ErrorKind::NotConnected.into());
    }
    // On every Unix: a thread that sleeps until the other end is gone. It asks for no event: a hang-up is always reported.
    let stream = stream.try_clone()?;
    std::thread::Builder::new().name("watches the parent".to_owned()).spawn(move || {
        let gone = PollFlags::HUP | PollFlags::ERR;
        loop {
            let mut other_end = [PollFd::new(&stream, PollFlags::empty())];
            if poll(&mut other_end, None).is_ok() && other_end[0].revents().intersects(gone) {
                std::process::exit(0);
            }
        }
    })?;
    Ok(())
}

/// Nobody watches here: a worker whose parent is gone ends when its job does, as reading the next one fails.
#[cfg(not(unix))]
fn die_with_parent(_: u32, _: &std::io::Stdin) -> io::Result<()> {
    Ok(())
}
