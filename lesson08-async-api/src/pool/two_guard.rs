//! Version 2: a guard gives back when it is dropped, and waiting has a limit.
//!
//! A semaphore does the waiting: first come, first served, and a waiter that is dropped leaves the queue. The list of
//! idle items is held for two instructions, so a plain mutex guards it.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// All were in use for as long as the caller would wait.
    #[error("every connection was in use for {0:?}")]
    TimedOut(Duration),
    /// The pool is closed.
    #[error("the pool is closed")]
    Closed,
}

/// A pool of items. A clone is another handle of the same pool.
#[derive(Debug)]
pub struct Pool<T>(Arc<Shared<T>>);

#[derive(Debug)]
struct Shared<T> {
    idle: Mutex<Vec<T>>,
    permits: Arc<Semaphore>,
    size: usize,
    in_use: AtomicUsize,
    most: AtomicUsize,
}

/// An item that is lent. Dropped, it goes back.
#[derive(Debug)]
pub struct Guard<T> {
    item: Option<T>,
    pool: Arc<Shared<T>>,
    // Fields are dropped after `Drop::drop`: the permit is free when the item is back. The other way round, the next
    // in the queue would find an empty list.
    _permit: OwnedSemaphorePermit,
}

impl<T> Clone for Pool<T> {
    fn clone(&self) -> Self {
        Pool(Arc::clone(&self.0))
    }
}

impl<T> Pool<T> {
    /// A pool of these items.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        let idle: Vec<T> = items.into_iter().collect();
        let (size, permits) = (idle.len(), Arc::new(Semaphore::new(idle.len())));
        let (in_use, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Pool(Arc::new(Shared { idle: Mutex::new(idle), permits, size, in_use, most }))
    }

    /// Waits for an item, and not longer than `patience`.
    ///
    /// Without a limit, a database that stands still makes a queue of everybody who asks, and each of them holds a
    /// socket, memory and a client that has long given up.
    ///
    /// # Errors
    /// [`PoolError::TimedOut`] when patience is over, [`PoolError::Closed`] after [`close`](Pool::close).
    pub async fn acquire(&self, patience: Duration) -> Result<Guard<T>, PoolError> {
        let permit = timeout(patience, Arc::clone(&self.0.permits).acquire_owned())
            .await
            .map_err(|_| PoolError::TimedOut(patience))?
            .map_err(|_| PoolError::Closed)?;
        let item = self.lock().pop();
        // Relaxed: counts for people; the mutex orders the items.
        let in_use = self.0.in_use.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.most.fetch_max(in_use, Ordering::Relaxed);
        Ok(Guard { item, pool: Arc::clone(&self.0), _permit: permit })
    }

    /// Lends nothing from now on, and drops what is idle.
    pub fn close(&self) {
        self.0.permits.close();
        self.lock().clear();
    }

    /// How many items there are.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// How many of them nobody has.
    pub fn idle(&self) -> usize {
        self.lock().len()
    }

    /// The most that were lent at once.
    pub fn most_in_use(&self) -> usize {
        self.0.most.load(Ordering::Relaxed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<T>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.item.as_ref().expect("it is taken out in drop alone")
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        self.pool.in_use.fetch_sub(1, Ordering::Relaxed);
        if !self.pool.permits.is_closed() {
            idle.extend(self.item.take());
        }
    }
}
