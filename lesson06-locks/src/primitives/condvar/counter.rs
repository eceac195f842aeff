//! Version 2: count the notifications. What version 1 could not do is notice one that comes before the sleep.
//!
//! A counter to sleep on is how musl, std and *Rust Atomics and Locks* (chapter 9) do it.

use super::sync::atomic::{AtomicU32, Ordering::Relaxed};
use super::{MutexGuard, RawMutex, futex};

/// Sleeps while the counter stands still. Each notification is a system call, also when nobody waits.
#[derive(Debug, Default)]
pub struct Counter {
    notifications: AtomicU32,
}

impl Counter {
    /// Nobody waits.
    pub fn new() -> Self {
        Counter { notifications: AtomicU32::new(0) }
    }

    /// Gives the lock up, sleeps until a notification, and takes the lock again. It may return without one.
    pub fn wait<'a, T, R: RawMutex>(&self, guard: MutexGuard<'a, T, R>) -> MutexGuard<'a, T, R> {
        // Read under the lock: whoever changes the value later, and then notifies, changes the counter after this.
        // Relaxed, here and below, because the lock orders what matters; the counter orders nothing.
        let seen = self.notifications.load(Relaxed);
        let mutex = guard.mutex();
        drop(guard);
        futex::wait(&self.notifications, seen);
        mutex.lock()
    }

    /// Wakes one waiting thread.
    pub fn notify_one(&self) {
        // It wraps around after four billion. A thread would have to be held up for exactly that many to miss one.
        self.notifications.fetch_add(1, Relaxed);
        futex::wake_one(&self.notifications);
    }

    /// Wakes all waiting threads.
    pub fn notify_all(&self) {
        self.notifications.fetch_add(1, Relaxed);
        futex::wake_all(&self.notifications);
    }
}
