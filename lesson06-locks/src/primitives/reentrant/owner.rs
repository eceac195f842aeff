//! Version 2: ask "is it me?" without a lock. What version 1 could not do is be as quick as a plain mutex.

use super::mutex::{RawMutex, ThreeStates};
use super::sync::atomic::{AtomicU32, Ordering::Relaxed};
use super::{Deadline, NOBODY, RawReentrant, UnsafeCell, identity};

/// A plain mutex, with a note of who holds it and how often.
#[derive(Debug)]
pub struct Owner {
    mutex: ThreeStates,
    owner: AtomicU32,
    /// Touched by the owner only.
    depth: UnsafeCell<u32>,
}

// SAFETY: `depth` is touched only between this thread's `mutex.lock` and its `mutex.unlock`.
unsafe impl Sync for Owner {}

impl Owner {
    /// Takes the lock before the time is over. Whether it did.
    #[inline]
    pub(super) fn lock_until(&self, deadline: Deadline) -> bool {
        let me = identity::current();
        // Relaxed: this thread's number is found only if this thread stored it and has not erased it since. What other
        // threads stored may be seen late; it is never this number.
        if self.owner.load(Relaxed) != me {
            if !self.mutex.lock_until(deadline) {
                return false;
            }
            self.owner.store(me, Relaxed);
        }
        // SAFETY: the mutex was this thread's already, or has just been taken.
        unsafe { self.enter() };
        true
    }

    /// Notes one more level.
    ///
    /// # Safety
    /// The calling thread holds the mutex.
    unsafe fn enter(&self) {
        // SAFETY: the mutex is this thread's, and so is the depth; the reference ends here.
        let depth = unsafe { self.depth.get_mut() };
        *depth = depth.checked_add(1).expect("locked four billion times");
    }
}

// SAFETY: a thread that is not the owner gets in through the mutex only, and the mutex is given up at depth 0.
unsafe impl RawReentrant for Owner {
    fn new() -> Self {
        Owner { mutex: ThreeStates::new(), owner: AtomicU32::new(NOBODY), depth: UnsafeCell::new(0) }
    }

    #[inline]
    fn lock(&self) {
        self.lock_until(Deadline::NEVER);
    }

    fn try_lock(&self) -> bool {
        let me = identity::current();
        // Relaxed: as in `lock_until`.
        if self.owner.load(Relaxed) != me {
            if !self.mutex.try_lock() {
                return false;
            }
            self.owner.store(me, Relaxed);
        }
        // SAFETY: as in `lock_until`.
        unsafe { self.enter() };
        true
    }

    #[inline]
    unsafe fn unlock(&self) {
        // SAFETY: the caller holds the mutex; the reference ends in this block.
        let left = unsafe {
            let depth = self.depth.get_mut();
            *depth -= 1;
            *depth
        };
        if left == 0 {
            // Before the unlock: after it, the next owner's number would be erased.
            self.owner.store(NOBODY, Relaxed);
            // SAFETY: the caller holds the mutex, and gives it up with the last level.
            unsafe { self.mutex.unlock() };
        }
    }
}
