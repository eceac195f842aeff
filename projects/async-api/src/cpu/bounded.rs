//! A few threads behind a queue that can be full.

use crate::config::CpuSettings;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, oneshot};

/// A pool of threads with a bounded queue. A clone is another handle of the same pool; with the last one the threads end.
#[derive(Clone, Debug)]
pub struct Bounded {
    pool: Arc<ThreadPool>,
    places: Arc<Semaphore>,
}

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The queue is full: 503, and come back later.
    #[error("too much is waiting to be computed")]
    Full,
    /// The work panicked: a defect.
    #[error("the computation failed")]
    Panicked,
}

impl Bounded {
    /// A pool of its own threads.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new(settings: CpuSettings) -> io::Result<Bounded> {
        let threads = settings.threads.max(1);
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|number| format!("cpu-{number}")).build();
        let pool = Arc::new(pool.map_err(io::Error::other)?);
        Ok(Bounded { pool, places: Arc::new(Semaphore::new(threads + settings.queue)) })
    }

    /// Runs `work` on one of the threads. Dropped before the work began, it never begins, and its place in the queue is
    /// free at once.
    ///
    /// # Errors
    /// If there is no room for it, or it panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refused> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refused::Full)?;
        let waiting = Waiting(Arc::new(Mutex::new(Some((place, work)))));
        let (answer, answered) = oneshot::channel();
        let begin = Arc::clone(&waiting.0);
        self.pool.spawn(move || {
            let Some((place, work)) = take(&begin) else { return };
            let result = catch_unwind(AssertUnwindSafe(work));
            drop(place); // before the answer: whoever has it may come again at once
            drop(answer.send(result));
        });
        match answered.await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(_)) | Err(_) => Err(Refused::Panicked),
        }
    }
}

/// Work that waits for a thread. The caller holds it: when the caller goes, the work goes.
struct Waiting<W>(Arc<Mutex<Option<W>>>);

impl<W> Drop for Waiting<W> {
    fn drop(&mut self) {
        drop(take(&self.0));
    }
}

fn take<W>(place: &Mutex<Option<W>>) -> Option<W> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}
