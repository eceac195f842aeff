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
        if self.state.fetch_or(finished, Release) & WATCHED == 0 {
            return;
        }
        // Nobody else takes them from the list: were another to tell them, this would return before they know.
        let watchers = std::mem::take(&mut *self.watchers.lock().expect("nobody panics under this lock"));
        // Outside the lock: a callback may well ask for another.
        watchers.into_iter().for_each(Wake::wake);
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

    /// Tells this one when the job has finished; here and now, if it has.
    pub fn watch(&self, watcher: W) {
        let mut watchers = self.watchers.lock().expect("nobody panics under this lock");
        // WATCHED first, and under the lock: a `finish` that comes now stands at the lock until the watcher is in; one that
        // came before has told whoever was there.
        // Acquire: a callback that runs here may read the result.
        if self.state.fetch_or(WATCHED, Acquire) & FINISHED == 0 {
            watchers.push(watcher);
        } else {
            drop(watchers); // a callback may well ask for another
            watcher.wake();
        }
    }

    /// Tells this one when the job has finished; if it has, there is nothing to tell, and no watcher is made.
    ///
    /// `finish` does not return before the watcher has been told: what making it did, telling it may undo in time.
    ///
    /// # Errors
    /// Those of `watcher`.
    pub fn watch_unless_finished<E>(&self, watcher: impl FnOnce() -> Result<W, E>) -> Result<(), E> {
        let mut watchers = self.watchers.lock().expect("nobody panics under this lock");
        // As in `watch`. Acquire: whoever is told nothing may read the result.
        if self.state.fetch_or(WATCHED, Acquire) & FINISHED == 0 {
            watchers.push(watcher()?);
        }
        Ok(())
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
}
