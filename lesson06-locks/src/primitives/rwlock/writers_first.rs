//! Version 2: a writer that waits keeps new readers out. What version 1 could not do is let a writer in at all.
//!
//! The one bit for waiting writers and the second word for them to sleep on are in *Rust Atomics and Locks*, chapter 9.

use super::RawRwLock;
use super::futex;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

const FREE: u32 = 0;
/// Set while a writer waits. Readers count in twos, above it.
const WRITER_WAITS: u32 = 1;
const READER: u32 = 2;
const WRITER: u32 = u32::MAX;

/// A lock that lets no new reader in while a writer waits. Readers may wait long, though not for ever: between two
/// writers all of them are woken and have their chance.
#[derive(Debug)]
pub struct WritersFirst {
    /// Twice the number of readers, plus `WRITER_WAITS`; or `WRITER`, which is odd as well.
    state: AtomicU32,
    /// What writers sleep on. The readers' coming and going, which changes `state` all the time, does not wake them.
    wake_ups: AtomicU32,
}

// SAFETY: only an exchange from a state without readers gives the right to write, and only `unlock_write` ends it;
// readers count themselves in only on even states, and WRITER is odd.
unsafe impl RawRwLock for WritersFirst {
    fn new() -> Self {
        WritersFirst { state: AtomicU32::new(FREE), wake_ups: AtomicU32::new(0) }
    }

    fn read(&self) {
        while let Err(state) = self.count_in() {
            futex::wait(&self.state, state);
        }
    }

    fn try_read(&self) -> bool {
        self.count_in().is_ok()
    }

    fn write(&self) {
        loop {
            // Before the look at the state, and Acquire: who sees a new number must see the new state too. With Relaxed
            // a writer could pair the new number with the old state, and sleep through the wake-up it was given.
            let seen = self.wake_ups.load(Acquire);
            let state = self.state.load(Relaxed);
            if state < READER {
                if self.exclude(state) {
                    return;
                }
            } else if state % 2 == 1
                || self.state.compare_exchange(state, state | WRITER_WAITS, Relaxed, Relaxed).is_ok()
            {
                futex::wait(&self.wake_ups, seen);
            }
        }
    }

    fn try_write(&self) -> bool {
        let state = self.state.load(Relaxed);
        state < READER && self.exclude(state)
    }

    unsafe fn unlock_read(&self) {
        // Release: a writer must not change what this thread is still reading.
        if self.state.fetch_sub(READER, Release) == READER | WRITER_WAITS {
            self.wake_a_writer();
        }
    }

    unsafe fn unlock_write(&self) {
        // Release: everything written comes before this. It also erases WRITER_WAITS, so the next writer is woken
        // to set it again, and the readers are woken to compete.
        self.state.swap(FREE, Release);
        self.wake_a_writer();
        futex::wake_all(&self.state);
    }
}

impl WritersFirst {
    /// One reader more; or the state that keeps it out.
    fn count_in(&self) -> Result<(), u32> {
        let mut state = self.state.load(Relaxed);
        while state.is_multiple_of(2) {
            assert!(state < WRITER - 1 - READER, "two billion readers at once");
            // Acquire: what the last writer did before its Release is seen from here on.
            match self.state.compare_exchange(state, state + READER, Acquire, Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => state = now,
            }
        }
        Err(state)
    }

    /// Takes the lock for writing from a state without readers.
    fn exclude(&self, state: u32) -> bool {
        // Acquire: what the last writer did, and what the last readers have finished reading, comes before this.
        self.state.compare_exchange(state, WRITER, Acquire, Relaxed).is_ok()
    }

    fn wake_a_writer(&self) {
        // Release: pairs with the Acquire in `write`. The number moves after the state has.
        self.wake_ups.fetch_add(1, Release);
        futex::wake_one(&self.wake_ups);
    }
}
