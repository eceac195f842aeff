//! Version 1: a count of readers. A writer waits until it is zero, which may be never.

use super::RawRwLock;
use super::futex;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

const FREE: u32 = 0;
const WRITER: u32 = u32::MAX;

/// A lock that lets every reader in while others read.
#[derive(Debug)]
pub struct ReadersFirst {
    /// The number of readers, or `WRITER`.
    state: AtomicU32,
}

// SAFETY: only an exchange from FREE gives the right to write, and only `unlock_write` ends it; readers count
// themselves in only while it is not WRITER, and a writer gets in only when all have counted themselves out.
unsafe impl RawRwLock for ReadersFirst {
    fn new() -> Self {
        ReadersFirst { state: AtomicU32::new(FREE) }
    }

    fn read(&self) {
        while !self.try_read() {
            futex::wait(&self.state, WRITER);
        }
    }

    fn try_read(&self) -> bool {
        let mut readers = self.state.load(Relaxed);
        while readers != WRITER {
            assert!(readers < WRITER - 1, "four billion readers at once");
            // Acquire: what the last writer did before its Release is seen from here on.
            match self.state.compare_exchange(readers, readers + 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => readers = now,
            }
        }
        false
    }

    fn write(&self) {
        // Acquire: what the last writer did, and what the last readers have finished reading, comes before this.
        while let Err(state) = self.state.compare_exchange(FREE, WRITER, Acquire, Relaxed) {
            futex::wait(&self.state, state);
        }
    }

    fn try_write(&self) -> bool {
        self.state.compare_exchange(FREE, WRITER, Acquire, Relaxed).is_ok()
    }

    unsafe fn unlock_read(&self) {
        // Release: a writer must not change what this thread is still reading.
        if self.state.fetch_sub(1, Release) == 1 {
            // While readers hold the lock only writers sleep, and one is enough: it wakes all others when it is done.
            futex::wake_one(&self.state);
        }
    }

    unsafe fn unlock_write(&self) {
        // Release: everything written comes before this. All are woken: the readers can go on together.
        self.state.swap(FREE, Release);
        futex::wake_all(&self.state);
    }
}
