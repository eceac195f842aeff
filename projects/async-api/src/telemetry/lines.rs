//! Lines of the log on their way out, written by a thread of their own.
//!
//! A line for each request, written by whoever answers it, is a call of the system and a lock that all others wait for.
//! So lines are gathered for a moment and written together. What is of consequence is not gathered: with a warning, all
//! that stands before it is written at once. Nobody but that thread waits for whoever takes the log.

use std::io::{self, Write};
use std::mem::take;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

#[cfg(test)]
mod tests;

/// How long lines are gathered: as much is lost with a process that is killed.
pub(super) const GATHER: Duration = Duration::from_millis(50);
/// How long the end waits for the last lines, should nobody take them.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes that may be waiting. Where nobody takes them, what comes on top is lost: the service is not to wait for its log.
const MOST: usize = 1 << 20;

/// The way out. A clone is another handle of the same one.
#[derive(Clone)]
pub(crate) struct Lines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// There is a line, or one that is not to wait.
    some: Condvar,
    /// All is written.
    none: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    lost: usize,
    /// They are not to be gathered any longer.
    urgent: bool,
    /// The thread waits for a line.
    idle: bool,
    /// The thread writes what it has taken.
    writing: bool,
}

/// What one event writes to.
pub(crate) struct Line<'a> {
    lines: &'a Lines,
    urgent: bool,
}

impl Lines {
    /// To `out`, gathered for so long, by a thread that is there from now on. It also says how many lines were lost.
    ///
    /// # Errors
    /// If there is no thread.
    pub(super) fn to(
        out: impl Write + Send + 'static,
        gather: Duration,
        lost: impl Fn(usize) + Send + 'static,
    ) -> io::Result<Lines> {
        let lines = Lines(Arc::default());
        let own = lines.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || own.run(out, gather, lost))?;
        Ok(lines)
    }

    /// Waits until all is written, or nobody takes it.
    pub(crate) fn flush(&self) {
        self.flush_within(PATIENCE);
    }

    fn flush_within(&self, patience: Duration) {
        let mut waiting = self.waiting();
        if !waiting.bytes.is_empty() {
            waiting.urgent = true;
            self.0.some.notify_one();
        }
        let is_left = |waiting: &mut Waiting| waiting.writing || !waiting.bytes.is_empty();
        drop(self.0.none.wait_timeout_while(waiting, patience, is_left));
    }

    fn run(&self, mut out: impl Write, gather: Duration, say_lost: impl Fn(usize)) {
        loop {
            let (bytes, lost) = self.gathered(gather);
            // Where nobody reads the log any more, the service goes on: no error about errors.
            drop(out.write_all(&bytes));
            if lost > 0 {
                say_lost(lost);
            }
        }
    }

    /// Waits for lines, and a moment for more.
    fn gathered(&self, gather: Duration) -> (Vec<u8>, usize) {
        let mut waiting = self.waiting();
        waiting.writing = false;
        while waiting.bytes.is_empty() {
            self.0.none.notify_all();
            waiting.idle = true;
            waiting = self.0.some.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let more = self.0.some.wait_timeout_while(waiting, gather, |waiting| !waiting.urgent);
        let (mut waiting, _) = more.unwrap_or_else(PoisonError::into_inner);
        (waiting.urgent, waiting.writing) = (false, true);
        (take(&mut waiting.bytes), take(&mut waiting.lost))
    }

    fn add(&self, line: &[u8], urgent: bool) {
        let mut waiting = self.waiting();
        if waiting.bytes.len() + line.len() > MOST {
            waiting.lost += 1;
            return;
        }
        waiting.bytes.extend_from_slice(line);
        waiting.urgent |= urgent;
        if take(&mut waiting.idle) || urgent {
            self.0.some.notify_one();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.lines.add(line, self.urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, urgent: true }
    }

    fn make_writer_for(&'a self, about: &tracing::Metadata<'_>) -> Line<'a> {
        Line { lines: self, urgent: *about.level() <= tracing::Level::WARN }
    }
}
