//! Work that goes on after the response: bounded, counted, and waited for at the end.
//!
//! `tokio::spawn` alone has no bound, tells nobody that a task failed, and drops what runs when the runtime ends.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub mod ends;
pub mod shop;

/// There is no room for another task: 503, and come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much is waiting to be done")]
pub struct Full;

/// What became of the tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Came to their end.
    pub done: u64,
    /// Returned an error, or panicked.
    pub failed: u64,
    /// Were still at it when the deadline came.
    pub cancelled: u64,
}

#[derive(Debug, Default)]
struct Record {
    counts: Counts,
    /// The last hundred, for whoever looks.
    failures: VecDeque<String>,
}

/// A place for tasks. A clone is another handle of the same place.
#[derive(Debug, Clone)]
pub struct Background {
    tracker: TaskTracker,
    places: Arc<Semaphore>,
    stop: CancellationToken,
    record: Arc<Mutex<Record>>,
}

/// Room for one task. Dropped unused, the room is free again.
#[derive(Debug)]
pub struct Place {
    background: Background,
    permit: OwnedSemaphorePermit,
}

impl Background {
    /// Room for so many tasks at once.
    pub fn new(places: usize) -> Self {
        Background {
            tracker: TaskTracker::new(),
            places: Arc::new(Semaphore::new(places)),
            stop: CancellationToken::new(),
            record: Arc::default(),
        }
    }

    /// Takes room for a task, before anything is done that would need one.
    ///
    /// # Errors
    /// [`Full`]. Waiting instead would move the queue into the requests, which have none.
    pub fn reserve(&self) -> Result<Place, Full> {
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Full)?;
        Ok(Place { background: self.clone(), permit })
    }

    /// What became of the tasks so far.
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// The last failures, in words.
    pub fn failures(&self) -> Vec<String> {
        self.lock().failures.iter().cloned().collect()
    }

    /// Accepts nothing more, waits for what runs until `end`, and cancels the rest at its next `await`.
    pub async fn finish(&self, end: Instant) -> Counts {
        self.places.close();
        self.tracker.close();
        if timeout_at(end, self.tracker.wait()).await.is_err() {
            self.stop.cancel();
            self.tracker.wait().await;
        }
        self.counts()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Starts the task. It goes on when the request that started it is over, or dropped.
    pub fn spawn<E: std::fmt::Display>(
        self,
        name: &'static str,
        work: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let Place { background, permit } = self;
        let tracker = background.tracker.clone();
        tracker.spawn(async move {
            let _permit = permit;
            let work = AssertUnwindSafe(work).catch_unwind();
            let failure = match background.stop.run_until_cancelled(work).await {
                None => return background.lock().counts.cancelled += 1,
                Some(Ok(Ok(()))) => return background.lock().counts.done += 1,
                Some(Ok(Err(error))) => format!("{name}: {error}"),
                Some(Err(_)) => format!("{name}: it panicked"),
            };
            let mut record = background.lock();
            record.counts.failed += 1;
            record.failures.push_back(failure);
            if record.failures.len() > 100 {
                record.failures.pop_front();
            }
        });
    }
}
