//! Version 3: know whether anybody waits. What version 2 could not do is notify nobody for nothing.

use std::time::Duration;

use super::sync::atomic::{AtomicU32, Ordering::Relaxed};
use super::{Deadline, MutexGuard, RawMutex, futex};

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
        self.wait_until(guard, Deadline::NEVER)
    }

    fn wait_until<'a, T, R: RawMutex>(&self, guard: MutexGuard<'a, T, R>, deadline: Deadline) -> MutexGuard<'a, T, R> {
        // Both while the lock is held: whoever takes it after this thread, changes the value and notifies, must find a
        // waiter, and then moves the counter on from what was seen. The lock orders both, so Relaxed is enough.
        self.waiters.fetch_add(1, Relaxed);
        let seen = self.notifications.load(Relaxed);
        let mutex = guard.mutex();
        drop(guard);
        futex::wait_until(&self.notifications, seen, deadline);
        // Relaxed: counted too long, a waiter costs one system call and nothing else.
        self.waiters.fetch_sub(1, Relaxed);
        mutex.lock()
    }

    /// Waits as long as `condition` holds. The thread that ends it must do so under the lock, and notify.
    pub fn wait_while<'a, T, R: RawMutex>(
        &self,
        guard: MutexGuard<'a, T, R>,
        condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T, R> {
        self.wait_while_until(guard, Deadline::NEVER, condition).0
    }

    /// The same, but no longer than `limit`. With the guard, whether the condition has ended: Python's
    /// `condition.wait_for(.., timeout)`.
    pub fn wait_while_for<'a, T, R: RawMutex>(
        &self,
        guard: MutexGuard<'a, T, R>,
        limit: Duration,
        condition: impl FnMut(&mut T) -> bool,
    ) -> (MutexGuard<'a, T, R>, bool) {
        self.wait_while_until(guard, Deadline::after(limit), condition)
    }

    pub(in super::super) fn wait_while_until<'a, T, R: RawMutex>(
        &self,
        mut guard: MutexGuard<'a, T, R>,
        deadline: Deadline,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> (MutexGuard<'a, T, R>, bool) {
        while condition(&mut guard) {
            // After the look, and not before: the notification may have come together with the end of the time, and is
            // nobody else's any more.
            if deadline.is_over() {
                return (guard, false);
            }
            guard = self.wait_until(guard, deadline);
        }
        (guard, true)
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
