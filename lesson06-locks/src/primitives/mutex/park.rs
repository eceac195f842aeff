//! Version 2: go to sleep. What version 1 could not do is wait without using a core.

use super::RawMutex;
use super::futex;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

const UNLOCKED: u32 = 0;
const LOCKED: u32 = 1;

/// A lock whose waiters sleep. It does not know whether there are any, so each `unlock` asks the system to wake one:
/// a system call for nothing, nearly always.
#[derive(Debug)]
pub struct Park {
    state: AtomicU32,
}

// SAFETY: only the thread whose exchange found UNLOCKED returns from `lock`, and only `unlock` stores it again.
unsafe impl RawMutex for Park {
    fn new() -> Self {
        Park { state: AtomicU32::new(UNLOCKED) }
    }

    fn lock(&self) {
        // A loop, because being woken is no promise: another thread may have been quicker, or there was no reason.
        while !self.try_lock() {
            futex::wait(&self.state, LOCKED);
        }
    }

    fn try_lock(&self) -> bool {
        // Acquire: what the last holder did before its Release is seen from here on.
        self.state.compare_exchange(UNLOCKED, LOCKED, Acquire, Relaxed).is_ok()
    }

    unsafe fn unlock(&self) {
        // Release: everything done under the lock comes before this.
        self.state.swap(UNLOCKED, Release);
        futex::wake_one(&self.state);
    }
}
