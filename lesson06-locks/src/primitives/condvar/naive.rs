//! Version 1: unlock, then sleep. It loses wake-ups, and is here to be caught at it.

use super::sync::atomic::AtomicU32;
use super::{MutexGuard, RawMutex, futex};

/// Two steps where there must be one. A notification between `drop` and `wait` finds nobody asleep and is gone.
#[derive(Debug, Default)]
pub struct Naive {
    word: AtomicU32,
}

impl Naive {
    /// Nobody waits.
    pub fn new() -> Self {
        Naive { word: AtomicU32::new(0) }
    }

    /// Gives the lock up, sleeps until the next notification, if one comes, and takes the lock again.
    pub fn wait<'a, T, R: RawMutex>(&self, guard: MutexGuard<'a, T, R>) -> MutexGuard<'a, T, R> {
        let mutex = guard.mutex();
        drop(guard);
        futex::wait(&self.word, 0);
        mutex.lock()
    }

    /// Wakes one thread that sleeps already.
    pub fn notify_one(&self) {
        futex::wake_one(&self.word);
    }

    /// Wakes all threads that sleep already.
    pub fn notify_all(&self) {
        futex::wake_all(&self.word);
    }
}
