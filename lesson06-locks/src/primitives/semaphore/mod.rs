//! A number of permits: Python's `threading.Semaphore`.
//!
//! A mutex is given back by its holder; a permit may be given back by anybody, and there may be more than one.

mod fair;
mod under_a_lock;
mod unfair;

pub use fair::Fair;
pub use under_a_lock::UnderALock;
pub use unfair::Unfair;

use std::time::Duration;

use super::condvar::Condvar;
use super::mutex::Mutex;
use super::{Deadline, SPIN, futex, hint, sync};

/// Counting, and waiting while the count is zero. Dijkstra's P and V.
pub trait RawSemaphore {
    /// So many permits.
    fn new(permits: u32) -> Self;
    /// Takes a permit before the time is over. Whether it did.
    fn acquire_until(&self, deadline: Deadline) -> bool;
    /// Takes a permit if one is there.
    fn try_acquire(&self) -> bool;
    /// Gives a permit back, or adds one. What was done before is seen after the `acquire` that gets it.
    fn release(&self);
}

/// Lets so many threads in at once.
#[derive(Debug)]
pub struct Semaphore<R = Unfair> {
    raw: R,
}

impl<R: RawSemaphore> Semaphore<R> {
    /// A semaphore with so many permits.
    pub fn new(permits: u32) -> Self {
        Semaphore { raw: R::new(permits) }
    }

    /// Waits for a permit. It is given back when it is dropped: Python's `with semaphore:`.
    pub fn acquire(&self) -> Permit<'_, R> {
        self.raw.acquire_until(Deadline::NEVER);
        Permit { semaphore: self }
    }

    /// A permit, unless it takes longer than `limit` to get one: Python's `semaphore.acquire(timeout=...)`.
    pub fn try_acquire_for(&self, limit: Duration) -> Option<Permit<'_, R>> {
        self.raw.acquire_until(Deadline::after(limit)).then(|| Permit { semaphore: self })
    }

    /// A permit, if there is one.
    pub fn try_acquire(&self) -> Option<Permit<'_, R>> {
        self.raw.try_acquire().then(|| Permit { semaphore: self })
    }

    /// One permit more: Python's `release` by a thread that never acquired.
    pub fn add_permit(&self) {
        self.raw.release();
    }
}

impl Semaphore<Fair> {
    /// How many wait at this moment.
    pub fn waiting(&self) -> usize {
        self.raw.waiting()
    }
}

/// The right to be in; dropping it lets the next one in.
#[derive(Debug)]
pub struct Permit<'a, R: RawSemaphore = Unfair> {
    semaphore: &'a Semaphore<R>,
}

impl<R: RawSemaphore> Permit<'_, R> {
    /// Keeps the permit for good: there is one less from now on, until somebody adds one.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl<R: RawSemaphore> Drop for Permit<'_, R> {
    fn drop(&mut self) {
        self.semaphore.raw.release();
    }
}
