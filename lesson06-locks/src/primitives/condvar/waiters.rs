//! Version 3: know whether anybody waits. What version 2 could not do is notify nobody for nothing.

use super::sync::atomic::{AtomicU32, Ordering::Relaxed};
use super::{MutexGuard, RawMutex, futex};

/// Sleeps while a counter of notifications stands still, and asks the system to wake only if somebody waits.
#[derive(Debug, Default)]
pub struct Condvar {
    notifications: AtomicU32,
    waiters: AtomicU32,
}

impl Condvar {
    /// Nobody waits.
    pub fn new() -> Self {
        Condvar { notifications: AtomicU32::new(0), waiters: AtomicU32::new(0) }
    }

    /// Gives the lock up, sleeps until a notification, and takes the lock again. It may return without one, so it
    /// belongs into a loop, or into [`Condvar::wait_while`], which is that loop.
    pub fn wait<'a, T, R: RawMutex>(&self, guard: MutexGuard<'a, T, R>) -> MutexGuard<'a, T, R> {
        // Both while the lock is held: whoever takes it after this thread, changes the value and notifies, must find a
        // waiter, and then moves the counter on from what was seen. The lock orders both, so Relaxed is enough.
        self.waiters.fetch_add(1, Relaxed);
        let seen = self.notifications.load(Relaxed);
        let mutex = guard.mutex();
        drop(guard);
        futex::wait(&self.notifications, seen);
        // Relaxed: counted too long, a waiter costs one system call and nothing else.
        self.waiters.fetch_sub(1, Relaxed);
        mutex.lock()
    }

    /// Waits as long as `condition` holds. The thread that ends it must do so under the lock, and notify.
    pub fn wait_while<'a, T, R: RawMutex>(
        &self,
        mut guard: MutexGuard<'a, T, R>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T, R> {
        while condition(&mut guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// Wakes one waiting thread, if there is one. A notification that comes before the `wait` is not kept.
    pub fn notify_one(&self) {
        // Relaxed: the caller has held the lock since the waiter gave it up, or has changed nothing to be told of.
        if self.waiters.load(Relaxed) > 0 {
            self.notifications.fetch_add(1, Relaxed);
            futex::wake_one(&self.notifications);
        }
    }

    /// Wakes all waiting threads.
    pub fn notify_all(&self) {
        if self.waiters.load(Relaxed) > 0 {
            self.notifications.fetch_add(1, Relaxed);
            futex::wake_all(&self.notifications);
        }
    }
}
