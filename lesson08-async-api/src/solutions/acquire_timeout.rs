//! A pool that loses nothing when its users are cancelled, and lets nobody wait for ever.

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
        let permit = timeout(patience, self.permits.acquire()).await.ok()?.ok()?;
        // From here to the guard there is no `await`: nobody can be cancelled while the item is in no one's care.
        let item = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Some(Guard { item, pool: self, permit: Some(permit) })
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
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.item.take());
        drop(self.permit.take()); // the item first: who gets the permit looks for it
    }
}
