//! Version 1: take, and give back. It loses what is not given back.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;

/// Items to be taken, and given back by hand.
#[derive(Debug)]
pub struct Pool<T> {
    idle: Mutex<Vec<T>>,
    permits: Semaphore,
}

impl<T> Pool<T> {
    /// A pool of these items.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        let idle: Vec<T> = items.into_iter().collect();
        Pool { permits: Semaphore::new(idle.len()), idle: Mutex::new(idle) }
    }

    /// Waits for an item, for ever if need be.
    ///
    /// A future can be dropped at any `await`. If the caller's is, between `take` and [`give_back`](Pool::give_back),
    /// nobody gives back.
    pub async fn take(&self) -> Option<T> {
        self.permits.acquire().await.ok()?.forget();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Gives an item back.
    pub fn give_back(&self, item: T) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(item);
        self.permits.add_permits(1);
    }

    /// How many items lie here.
    pub fn idle(&self) -> usize {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
