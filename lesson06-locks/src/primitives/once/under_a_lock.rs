//! Version 1: a lock around "is it done?". Right, and each later call takes the lock to learn what cannot change.

use super::Mutex;

/// Runs one function, once.
#[derive(Debug)]
pub struct UnderALock {
    done: Mutex<bool>,
}

impl UnderALock {
    /// Nothing is done yet.
    pub fn new() -> Self {
        UnderALock { done: Mutex::new(false) }
    }

    /// Runs `work`, unless it has been done. When this returns, it is done. If `work` panics, it is not, and the next
    /// caller tries again.
    pub fn call_once(&self, work: impl FnOnce()) {
        let mut done = self.done.lock();
        if !*done {
            work();
            *done = true;
        }
    }
}

impl Default for UnderALock {
    fn default() -> Self {
        UnderALock::new()
    }
}
