//! Version 2: one load when it is done. What version 1 could not do is be free afterwards.

use super::futex;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

const NEW: u32 = 0;
const RUNNING: u32 = 1;
/// Somebody runs it, and somebody else may sleep.
const AWAITED: u32 = 2;
const DONE: u32 = 3;

/// Runs one function, once.
#[derive(Debug)]
pub struct Once {
    state: AtomicU32,
}

impl Once {
    /// Nothing is done yet.
    pub fn new() -> Self {
        Once { state: AtomicU32::new(NEW) }
    }

    /// Whether it is done.
    pub fn is_completed(&self) -> bool {
        // Acquire: what `work` did is seen from here on. This is what double-checked locking was missing for years.
        self.state.load(Acquire) == DONE
    }

    /// Runs `work`, unless it has been done. When this returns, it is done. If `work` panics, it is not, and the next
    /// caller tries again.
    #[inline]
    pub fn call_once(&self, work: impl FnOnce()) {
        if !self.is_completed() {
            self.call_or_wait(work);
        }
    }

    #[cold]
    fn call_or_wait(&self, work: impl FnOnce()) {
        loop {
            // Acquire when it succeeds: an earlier `work` may have panicked half way, and left something to be seen.
            match self.state.compare_exchange(NEW, RUNNING, Acquire, Relaxed) {
                Ok(_) => {
                    let mut end = End { state: &self.state, to: NEW };
                    work();
                    end.to = DONE;
                    return;
                }
                Err(_) if self.is_completed() => return,
                Err(RUNNING) => {
                    // Relaxed: it only counts heads. If it fails, look again.
                    let _ = self.state.compare_exchange(RUNNING, AWAITED, Relaxed, Relaxed);
                }
                Err(_) => futex::wait(&self.state, AWAITED),
            }
        }
    }
}

impl Default for Once {
    fn default() -> Self {
        Once::new()
    }
}

/// Ends the running when it is dropped: after the work, or in the middle of its panic.
struct End<'a> {
    state: &'a AtomicU32,
    to: u32,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        // Release: pairs with the Acquire of everybody who finds DONE, or NEW again.
        if self.state.swap(self.to, Release) == AWAITED {
            futex::wake_all(self.state);
        }
    }
}
