//! Version 3: know whether anybody sleeps, and try for a moment before you do.
//!
//! The three states are Ulrich Drepper's ("Futexes Are Tricky", 2004, `mutex2`), as in glibc, musl and std.

use super::RawMutex;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use super::{Deadline, SPIN as DEFAULT, futex, hint};

const UNLOCKED: u32 = 0;
/// Held, and nobody sleeps: `unlock` need not ask the system for anything.
const LOCKED: u32 = 1;
/// Held, and somebody may sleep.
const CONTENDED: u32 = 2;

/// A lock that asks for a moment, with pauses that grow to `SPIN`, and then sleeps.
///
/// Sleeping and waking cost microseconds, most critical sections a fraction of one. Without the asking, two threads
/// that meet here get 0.6 times as much done.
#[derive(Debug)]
pub struct ThreeStates<const SPIN: u32 = DEFAULT> {
    state: AtomicU32,
}

// SAFETY: only the thread whose exchange or swap found UNLOCKED returns from `lock`, and only `unlock` stores it again.
unsafe impl<const SPIN: u32> RawMutex for ThreeStates<SPIN> {
    fn new() -> Self {
        ThreeStates { state: AtomicU32::new(UNLOCKED) }
    }

    #[inline]
    fn lock(&self) {
        self.lock_until(Deadline::NEVER);
    }

    #[inline]
    fn try_lock(&self) -> bool {
        // Acquire: what the last holder did before its Release is seen from here on.
        self.state.compare_exchange(UNLOCKED, LOCKED, Acquire, Relaxed).is_ok()
    }

    #[inline]
    unsafe fn unlock(&self) {
        // Release: everything done under the lock comes before this swap. A swap and not a store, because only the old
        // value tells whether somebody sleeps.
        if self.state.swap(UNLOCKED, Release) == CONTENDED {
            futex::wake_one(&self.state);
        }
    }
}

impl<const SPIN: u32> ThreeStates<SPIN> {
    /// Takes the lock before the time is over. Whether it did.
    #[inline]
    pub(in super::super) fn lock_until(&self, deadline: Deadline) -> bool {
        self.try_lock() || self.lock_contended(deadline)
    }

    #[cold]
    fn lock_contended(&self, deadline: Deadline) -> bool {
        let mut pauses = 1;
        while pauses <= SPIN {
            match self.state.load(Relaxed) {
                UNLOCKED if self.try_lock() => return true,
                CONTENDED => break, // others sleep already: this will take longer
                _ => {}
            }
            // Twice as long each time: who asks too often takes the cache line from the holder, who needs it to unlock.
            (0..pauses).for_each(|_| hint::spin_loop());
            pauses *= 2;
        }
        // From here on the state says CONTENDED, also when this thread gets the lock: it cannot know whether it was the
        // only sleeper. One wake-up too many is the price; with LOCKED here, a second sleeper would sleep for ever.
        // Acquire as in `try_lock`.
        while self.state.swap(CONTENDED, Acquire) != UNLOCKED {
            // Not before the swap: a wake-up that came to this thread must lead to the lock, or to the next sleeper. Whoever
            // gives up leaves CONTENDED behind, and so one wake-up too many.
            if deadline.is_over() {
                return false;
            }
            futex::wait_until(&self.state, CONTENDED, deadline);
        }
        true
    }
}
