//! Biased reference counts, as in PEP 703 and CPython's free-threaded build (`Include/refcount.h`, `Objects/object.c`).
//!
//! Most objects are only ever touched by the thread that made them, their *owner*. So the owner has a count of its
//! own, changed without atomic read-modify-writes; all other threads share a second one, changed atomically. The object
//! is dead when the *sum* is 0, and a sum over two words cannot be read in one go. Hence the states:
//!
//! - *default*: both counts are in use. The shared one may not go below 0 unseen:
//! - *queued*: another thread dropped a reference that the owner had counted. It keeps that reference, puts the object
//!   into the owner's queue, and the owner *merges* the counts at its next look at the eval breaker;
//! - *merged*: the owner's count is 0 for good, there is no owner any more, and the shared count is the whole truth.

use super::refcount::{Decref, RefCount, ThreadSafe};
use crate::sync::atomic::{AtomicI32, AtomicU32, Ordering};

const IMMORTAL: u32 = u32::MAX;
const NO_OWNER: u32 = u32::MAX;

// The shared word: two bits of state (1 stands for weak references in CPython), and above them a signed count.
const QUEUED: i32 = 2;
const MERGED: i32 = 3;
const STATE: i32 = 3;
const ONE: i32 = 4;

/// Two counts and the owner's number.
#[derive(Debug, Default)]
pub struct Biased {
    owner: AtomicU32,
    /// Written by the owner alone, so a relaxed load and a relaxed store make a right increment.
    local: AtomicU32,
    shared: AtomicI32,
}

impl ThreadSafe for Biased {}

impl RefCount for Biased {
    const NAME: &'static str = "biased";

    // Relaxed in both: no other thread can reach the object yet. What makes it reachable, the lock of the global's
    // slot, is also what shows these stores to the others.
    fn start(&self, me: usize) {
        self.owner.store(u32::try_from(me).unwrap_or(NO_OWNER), Ordering::Relaxed);
        self.local.store(1, Ordering::Relaxed);
        self.shared.store(0, Ordering::Relaxed);
    }

    fn make_immortal(&self) {
        self.owner.store(NO_OWNER, Ordering::Relaxed);
        self.local.store(IMMORTAL, Ordering::Relaxed);
    }

    #[inline]
    fn incref(&self, me: usize) {
        let local = self.local.load(Ordering::Relaxed);
        if local == IMMORTAL {
            return;
        }
        if self.is_owner(me) {
            self.local.store(local + 1, Ordering::Relaxed);
        } else {
            // Relaxed: as in `Atomic`, the reference that we copy keeps the object alive.
            self.shared.fetch_add(ONE, Ordering::Relaxed);
        }
    }

    #[inline]
    fn decref(&self, me: usize) -> Decref {
        let local = self.local.load(Ordering::Relaxed);
        if local == IMMORTAL {
            return Decref::Alive;
        }
        if !self.is_owner(me) {
            return self.decref_shared();
        }
        self.local.store(local - 1, Ordering::Relaxed);
        if local > 1 { Decref::Alive } else { self.merge_zero_local() }
    }

    /// Called by the owner, or by the one thread that queued the object when the owner has exited. Either way the
    /// queue's mutex lies between the owner's last change of `local` and the load here.
    fn merge(&self) -> Decref {
        let local = self.local.load(Ordering::Relaxed) as i32;
        // Both before the swap: after it, another thread may free the object and somebody start a new one in its
        // place, whose owner and count we would wipe out. CPython had it the wrong way round once (gh-119999).
        self.local.store(0, Ordering::Relaxed);
        self.owner.store(NO_OWNER, Ordering::Relaxed);
        // -1: the queue's own reference.
        let merged = |shared: i32| (((shared >> 2) + local - 1) * ONE) | MERGED;
        dead_if(merged(self.update_shared(merged)) == MERGED)
    }
}

impl Biased {
    /// Relaxed: a thread reads its own number here only if it wrote it itself, and nobody else ever writes that number.
    fn is_owner(&self, me: usize) -> bool {
        self.owner.load(Ordering::Relaxed) as usize == me
    }

    /// The owner has given up its last reference (`_Py_MergeZeroLocalRefcount`).
    fn merge_zero_local(&self) -> Decref {
        // Acquire: if others had references once, what they did with the object comes before we free it.
        if self.shared.load(Ordering::Acquire) == 0 {
            return Decref::Dead;
        }
        // No owner first, merged second: a thread that sees "merged" must not meet an owner who still counts.
        self.owner.store(NO_OWNER, Ordering::Relaxed);
        let before = self.update_shared(|shared| shared | MERGED);
        dead_if(before & !STATE == 0)
    }

    /// Another thread than the owner gives up a reference (`_Py_DecRefShared`).
    fn decref_shared(&self) -> Decref {
        // 0 means: the reference that goes is one of those that the owner has counted. So it is not subtracted, but
        // becomes the queue's reference, and keeps the object alive until the owner gets round to it.
        let before = self.update_shared(|shared| if shared == 0 { QUEUED } else { shared - ONE });
        if before != 0 {
            return dead_if(before - ONE == MERGED);
        }
        match self.owner.load(Ordering::Relaxed) {
            // The owner has merged in this very moment, and there is no queue to put the object into.
            NO_OWNER => self.decref_shared(),
            owner => Decref::QueueFor(owner as usize),
        }
    }

    /// Release, for the one who frees: we are done with the object. Acquire, if we are that one: so are the others.
    fn update_shared(&self, change: impl Fn(i32) -> i32) -> i32 {
        let mut shared = self.shared.load(Ordering::Relaxed);
        loop {
            let swap = self.shared.compare_exchange_weak(shared, change(shared), Ordering::AcqRel, Ordering::Relaxed);
            match swap {
                Ok(before) => return before,
                Err(current) => shared = current,
            }
        }
    }
}

fn dead_if(dead: bool) -> Decref {
    if dead { Decref::Dead } else { Decref::Alive }
}
