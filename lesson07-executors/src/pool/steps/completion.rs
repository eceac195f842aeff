//! One job's way from queued to finished, and who is told. (`Future._state` and `_waiters` in CPython's
//! `concurrent/futures/_base.py`, without the lock around every look.)

use super::sync::Mutex;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

/// Somebody has taken the job: a worker to run it, or `cancel` to throw it away.
const CLAIMED: u32 = 1;
/// The result is there.
const FINISHED: u32 = 2;
/// Somebody wants to be told.
const WATCHED: u32 = 4;
/// The job was asked to stop while it ran.
const ASKED: u32 = 8;
/// The result is a failure.
const FAILED: u32 = 16;

/// Who is told that a job has finished.
pub trait Wake {
    /// Tells.
    fn wake(self);
}

/// The state of one job. It only ever gains bits, so each step is one `fetch_or`, and the old value says who came first.
#[derive(Debug)]
pub struct Completion<W> {
    state: AtomicU32,
    watchers: Mutex<Vec<W>>,
}

impl<W: Wake> Completion<W> {
    /// Of a job that is queued.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Completion { state: AtomicU32::new(0), watchers: Mutex::new(Vec::new()) }
    }

    /// Takes the job: true for one caller, for ever. A worker and a `cancel` cannot both have it.
    pub fn claim(&self) -> bool {
        // Relaxed: it decides who, nothing else. The job itself came to each of the two with its own handle.
        self.state.fetch_or(CLAIMED, Relaxed) & CLAIMED == 0
    }

    /// Whether somebody has taken the job. A hint: it may change before the caller acts on it, and nothing is read on
    /// the strength of it.
    pub fn is_claimed(&self) -> bool {
        self.state.load(Relaxed) & CLAIMED != 0
    }

    /// The result is in its place: tells all who watch. To be called once, by who claimed.
    pub fn finish(&self, failed: bool) {
        let finished = if failed { FINISHED | FAILED } else { FINISHED };
        // Release: the result is written before this, and read only after FINISHED was seen.
        if self.state.fetch_or(finished, Release) & WATCHED != 0 {
            self.tell();
        }
    }

    /// Whether the result may be read.
    pub fn is_finished(&self) -> bool {
        // Acquire: pairs with `finish`.
        self.state.load(Acquire) & FINISHED != 0
    }

    /// Whether it has finished without a result.
    pub fn is_failed(&self) -> bool {
        // Relaxed: FAILED comes with FINISHED in one step, and nothing is read on the strength of it.
        self.state.load(Relaxed) & FAILED != 0
    }

    /// Tells this one when the job has finished; at once, if it has.
    pub fn watch(&self, watcher: W) {
        let mut watchers = self.watchers.lock().expect("nobody panics under this lock");
        watchers.push(watcher);
        // Under the lock, so that a `finish` that sees WATCHED also finds the watcher. And after the push one look more:
        // a `finish` that came before saw nobody, and would tell nobody.
        // Acquire: a callback that runs here may read the result.
        let before = self.state.fetch_or(WATCHED, Acquire);
        drop(watchers);
        if before & FINISHED != 0 {
            self.tell();
        }
    }

    /// Asks a running job to stop. It must look for itself.
    pub fn ask(&self) {
        // Relaxed: a wish carries no data.
        self.state.fetch_or(ASKED, Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_asked(&self) -> bool {
        self.state.load(Relaxed) & ASKED != 0
    }

    /// Whoever takes a watcher from the list tells it, so that nobody is told twice.
    fn tell(&self) {
        let watchers = std::mem::take(&mut *self.watchers.lock().expect("nobody panics under this lock"));
        // Outside the lock: a callback may well ask for another.
        watchers.into_iter().for_each(Wake::wake);
    }
}
