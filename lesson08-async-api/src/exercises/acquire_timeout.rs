//! **Goal**: A pool that loses nothing when its users are cancelled, and lets nobody wait for ever.
//!
//! **Minutes**: 20

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// A pool of items.
#[derive(Debug)]
pub struct Pool<T> {
    idle: Mutex<Vec<T>>,
    permits: Semaphore,
}

/// An item that is lent. Dropped, it is back in the pool.
#[derive(Debug)]
pub struct Guard<'a, T> {
    item: Option<T>,
    pool: &'a Pool<T>,
    permit: Option<SemaphorePermit<'a>>,
}

impl<T> Pool<T> {
    /// A pool of these items.
    pub fn new(items: Vec<T>) -> Self {
        Pool { permits: Semaphore::new(items.len()), idle: Mutex::new(items) }
    }

    /// Waits for an item, first come, first served; `None` when `patience` is over.
    pub async fn acquire(&self, patience: Duration) -> Option<Guard<'_, T>> {
        todo!("a permit within `patience`, then the item that it stands for")
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.item.as_ref().expect("it is here until it is dropped")
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        todo!("what goes back first, the item or the permit?")
    }
}
