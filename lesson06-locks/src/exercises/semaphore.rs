//! **Goal**: A semaphore from a mutex and a condition variable: at most so many are in, and nobody sleeps beside a free
//! permit.
//!
//! **Minutes**: 15

use super::sync::{Condvar, Mutex};

/// Counts permits.
pub struct Semaphore {
    permits: Mutex<usize>,
    added: Condvar,
}

impl Semaphore {
    /// So many permits.
    pub fn new(permits: usize) -> Self {
        Semaphore { permits: Mutex::new(permits), added: Condvar::new() }
    }

    /// Takes a permit, waiting while there is none.
    pub fn acquire(&self) {
        todo!("wait for a permit, and take it under the same lock")
    }

    /// Gives a permit back.
    pub fn release(&self) {
        todo!("one permit more, and somebody may be waiting for it")
    }
}
