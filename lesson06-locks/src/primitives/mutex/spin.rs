//! Version 1: ask again and again. (*Rust Atomics and Locks*, chapter 4.)

use super::RawMutex;
use super::hint;
use super::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

/// A lock that waits by asking. While it waits it uses a core, and the holder may be the one who needs it.
#[derive(Debug)]
pub struct Spin {
    locked: AtomicBool,
}

// SAFETY: only the thread whose exchange found `false` returns from `lock`, and only `unlock` stores `false` again.
unsafe impl RawMutex for Spin {
    fn new() -> Self {
        Spin { locked: AtomicBool::new(false) }
    }

    fn lock(&self) {
        while !self.try_lock() {
            // Asking by reading leaves the cache line shared among the waiters; asking by exchanging would tear it
            // away from the holder each time.
            while self.locked.load(Relaxed) {
                hint::spin_loop();
            }
        }
    }

    fn try_lock(&self) -> bool {
        // Acquire: what the last holder did before its Release is seen from here on.
        self.locked.compare_exchange(false, true, Acquire, Relaxed).is_ok()
    }

    unsafe fn unlock(&self) {
        // Release: everything done under the lock comes before this store.
        self.locked.store(false, Release);
    }
}
