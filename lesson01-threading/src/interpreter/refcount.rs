//! Reference counts by type parameter: [`Plain`] and [`Atomic`] here, [`Biased`](super::biased::Biased) beside.
//!
//! No `unsafe` is needed, because an object is a place in a table and never a pointer (see `runtime.rs`).
//! `Plain` too is made of an atomic word, read and written with relaxed loads and stores. They compile to the same
//! two moves as a plain integer; what they leave out is `lock`, and so is what makes a count wrong when two
//! threads change it at once.

use crate::sync::atomic::{AtomicU32, Ordering, fence};

/// A count so high is never changed again: the object lives for ever (PEP 683).
const IMMORTAL: u32 = u32::MAX;

/// What has become of an object after a reference to it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decref {
    /// Others still refer to it.
    Alive,
    /// That was the last one: free it.
    Dead,
    /// This thread cannot tell. It keeps its reference, and its owner has to merge the two halves of the count.
    QueueFor(usize),
}

/// How an object counts the references to it.
pub trait RefCount: Default + Send + Sync {
    /// For tables.
    const NAME: &'static str;
    /// A new object: one reference, held by the thread `me`. Nobody else can reach it yet.
    fn start(&self, me: usize);
    /// Never freed from now on. Nobody else can reach it yet.
    fn make_immortal(&self);
    /// One reference more.
    fn incref(&self, me: usize);
    /// One reference fewer.
    fn decref(&self, me: usize) -> Decref;
    /// After [`Decref::QueueFor`]: makes one count of the two halves and gives up the queue's reference.
    fn merge(&self) -> Decref {
        unreachable!("{} counts are never queued", Self::NAME)
    }
}

/// A count that stays right when threads change it at the same time: what it takes to live without a GIL.
///
/// `Plain` is not one. Without the GIL it would free objects that are in use.
pub trait ThreadSafe: RefCount {}

/// An ordinary integer, right only while the GIL is held (CPython's default build).
#[derive(Debug, Default)]
pub struct Plain(AtomicU32);

// Relaxed, all of it: the GIL's mutex orders what one holder did before what the next one does.
impl RefCount for Plain {
    const NAME: &'static str = "plain";

    fn start(&self, _me: usize) {
        self.0.store(1, Ordering::Relaxed);
    }

    fn make_immortal(&self) {
        self.0.store(IMMORTAL, Ordering::Relaxed);
    }

    #[inline]
    fn incref(&self, _me: usize) {
        let count = self.0.load(Ordering::Relaxed);
        if count != IMMORTAL {
            self.0.store(count + 1, Ordering::Relaxed);
        }
    }

    #[inline]
    fn decref(&self, _me: usize) -> Decref {
        let count = self.0.load(Ordering::Relaxed);
        if count == IMMORTAL {
            return Decref::Alive;
        }
        self.0.store(count - 1, Ordering::Relaxed);
        if count == 1 { Decref::Dead } else { Decref::Alive }
    }
}

/// One atomic read-modify-write for every reference taken or dropped, shared object or not. Right, and slow.
#[derive(Debug, Default)]
pub struct Atomic(AtomicU32);

impl ThreadSafe for Atomic {}

impl RefCount for Atomic {
    const NAME: &'static str = "atomic";

    // Relaxed in both: no other thread can reach the object yet.
    fn start(&self, _me: usize) {
        self.0.store(1, Ordering::Relaxed);
    }

    fn make_immortal(&self) {
        self.0.store(IMMORTAL, Ordering::Relaxed);
    }

    #[inline]
    fn incref(&self, _me: usize) {
        // Relaxed: the reference that we copy keeps the object alive, so there is nothing to order against.
        if self.0.load(Ordering::Relaxed) != IMMORTAL {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[inline]
    fn decref(&self, _me: usize) -> Decref {
        if self.0.load(Ordering::Relaxed) == IMMORTAL {
            return Decref::Alive;
        }
        // Release: what we did with the object is done before the others can see us gone. Were it relaxed, our last
        // read of the value could come after the object has been freed and given away again.
        if self.0.fetch_sub(1, Ordering::Release) > 1 {
            return Decref::Alive;
        }
        // Acquire, by whoever frees: the other half of each of those releases, as in `Arc`.
        fence(Ordering::Acquire);
        Decref::Dead
    }
}
