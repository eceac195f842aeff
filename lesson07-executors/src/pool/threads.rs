//! Starting a pool's threads, and waiting for them.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;

use super::error::BuildError;

/// The threads of a pool.
#[derive(Debug, Default)]
pub(super) struct Threads(Mutex<Vec<JoinHandle<()>>>);

impl Threads {
    /// Starts one more.
    pub(super) fn start(&self, work: impl FnOnce() + Send + 'static) -> Result<(), BuildError> {
        let mut threads = self.0.lock();
        let name = format!("worker {}", threads.len());
        threads.push(thread::Builder::new().name(name).spawn(work).map_err(BuildError::NoThread)?);
        Ok(())
    }

    /// Waits for all. A second caller waits as well.
    pub(super) fn join(&self) {
        // A worker catches what its jobs panic with, so there is no panic to hand on.
        self.0.lock().drain(..).for_each(|thread| drop(thread.join()));
    }
}

/// The number of workers, if there is any.
pub(super) fn at_least_one(workers: usize) -> Result<usize, BuildError> {
    if workers == 0 { Err(BuildError::NoWorkers) } else { Ok(workers) }
}

/// Starts as many threads as there are workers.
pub(super) fn start_all<S: Send + Sync + 'static>(
    threads: &Threads,
    workers: usize,
    shared: &Arc<S>,
    work: fn(&S),
) -> Result<(), BuildError> {
    (0..workers).try_for_each(|_| {
        let shared = Arc::clone(shared);
        threads.start(move || work(&shared))
    })
}
