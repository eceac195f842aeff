//! Version 1: a number under a lock, and a condition variable. This is Python's implementation, line by line.

use super::{Condvar, Deadline, Mutex, RawSemaphore};

/// Right, short, and two lock operations for a number that changes by one.
#[derive(Debug)]
pub struct UnderALock {
    permits: Mutex<u32>,
    added: Condvar,
}

impl RawSemaphore for UnderALock {
    fn new(permits: u32) -> Self {
        UnderALock { permits: Mutex::new(permits), added: Condvar::new() }
    }

    fn acquire_until(&self, deadline: Deadline) -> bool {
        let (mut permits, there) = self.added.wait_while_until(self.permits.lock(), deadline, |permits| *permits == 0);
        *permits -= u32::from(there);
        there
    }

    fn try_acquire(&self) -> bool {
        let mut permits = self.permits.lock();
        let there = *permits > 0;
        *permits -= u32::from(there);
        there
    }

    fn release(&self) {
        *self.permits.lock() += 1;
        self.added.notify_one();
    }
}
