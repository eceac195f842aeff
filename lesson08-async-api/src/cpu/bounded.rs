//! A few threads behind a queue that can be full.
//!
//! `spawn_blocking` starts up to 512 threads: right for calls that wait, wrong for work that computes. 512 of them are
//! 512 decoded images in memory, and none of them done.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::{Semaphore, oneshot};

use crate::background::Full;

/// The work panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work came to no end")]
pub struct NoAnswer;

/// A rayon pool, and how much may wait for it. A clone is another handle.
#[derive(Debug, Clone)]
pub struct Bounded {
    pool: Arc<ThreadPool>,
    places: Arc<Semaphore>,
}

impl Bounded {
    /// So many threads, and room for so many jobs that wait.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn new(threads: usize, waiting: usize) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            // A panic must not take the process; the answer's sender is dropped, and that is the answer.
            .panic_handler(|_| {})
            .thread_name(|number| format!("cpu-{number}"))
            .build()?;
        Ok(Bounded { pool: Arc::new(pool), places: Arc::new(Semaphore::new(threads + waiting)) })
    }

    /// Queues the work and returns a future of its result, or says at once that there is no room.
    ///
    /// # Errors
    /// [`Full`].
    pub fn submit<T, W>(&self, work: W) -> Result<impl Future<Output = Result<T, NoAnswer>> + Send + use<T, W>, Full>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Full)?;
        let (answer, answered) = oneshot::channel();
        self.pool.spawn(move || {
            let _place = place;
            // A client that has hung up has dropped the future, and the receiver with it: no work for nobody.
            if !answer.is_closed() {
                drop(answer.send(work()));
            }
        });
        Ok(async { answered.await.map_err(|_| NoAnswer) })
    }
}
