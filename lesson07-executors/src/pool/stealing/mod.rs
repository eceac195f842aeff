//! Version 3: a deque for each worker, and idling before sleeping.
//!
//! With one queue all workers meet at one lock, and with each job somebody falls asleep and is woken. Here a worker takes
//! from its own end of its own deque and steals from the others only when that is empty (Blumofe and Leiserson, 1999;
//! the deque is Chase and Lev's, from crossbeam). Before it sleeps it asks for a moment. And one that waits for a job of
//! its pool runs others meanwhile: a pool inside a pool does not deadlock.

use std::sync::Arc;

use super::error::{BuildError, SubmitError};
use super::executor::{Executor, Queued};
use super::handle::Job;
use super::here::{self, Here, PoolId};
use super::steps::sleep::Idle;
use super::threads::Threads;

pub(super) mod registry;
pub(super) mod worker;

use registry::{Registry, Work};

/// A pool that steals: versions 3 and 4. (Version 4 is `join` and `scope`, in `fork_join`.)
#[derive(Debug)]
pub struct ThreadPool {
    pub(super) registry: Arc<Registry>,
    threads: Threads,
}

/// What a pool is to be like: [`ThreadPool::builder`].
#[derive(Debug, Clone, Copy)]
pub struct Builder {
    workers: usize,
    capacity: usize,
    idle: Idle,
}

impl Builder {
    /// At most so many jobs in the queue, not counting those that run. Without bound unless told.
    pub fn capacity(mut self, jobs: usize) -> Self {
        self.capacity = jobs;
        self
    }

    /// What workers do that have nothing to do; [`Idle::SPIN_YIELD_PARK`] unless told.
    pub fn idle(mut self, idle: Idle) -> Self {
        self.idle = idle;
        self
    }

    /// Starts the workers.
    ///
    /// # Errors
    /// No workers or no place asked for, or no thread to be had.
    pub fn build(self) -> Result<ThreadPool, BuildError> {
        let (registry, workers) = Registry::new(self.workers, self.capacity, self.idle)?;
        let pool = ThreadPool { registry, threads: Threads::default() };
        for worker in workers {
            pool.threads.start(|| worker.work())?; // an error drops the pool, which stops those already started
        }
        Ok(pool)
    }
}

impl ThreadPool {
    /// A pool of so many workers.
    ///
    /// # Errors
    /// No workers asked for, or no thread to be had.
    pub fn new(workers: usize) -> Result<Self, BuildError> {
        Self::builder(workers).build()
    }

    /// A pool of so many workers, to be described further.
    pub fn builder(workers: usize) -> Builder {
        Builder { workers, capacity: usize::MAX, idle: Idle::SPIN_YIELD_PARK }
    }

    /// Accepts no more jobs, and waits until the workers are through. A worker of this pool does not wait for itself.
    pub fn shutdown(&self, queued: Queued) {
        self.registry.close(queued);
        if !here::belongs_to(self.id()) {
            self.threads.join();
        }
    }

    fn push(&self, job: Job) {
        here::with(|here| match here {
            // Its own deque: no other worker is met, and the newest job's data is still in its cache.
            Some(Here::Helps(worker)) if worker.registry.pool == self.id() => worker.push(Work::Heap(job)),
            _ => self.registry.inject(job),
        });
        self.registry.sleep.wake_one();
    }
}

impl Executor for ThreadPool {
    /// A worker of this pool runs other jobs while there is no place.
    fn spawn(&self, job: Job) -> Result<(), SubmitError> {
        match self.registry.announce() {
            Ok(()) => {}
            Err(SubmitError::Full) => here::with(|here| match here {
                Some(Here::Helps(worker)) if worker.registry.pool == self.id() => worker.wait_for_room(),
                _ => self.registry.wait_for_room(),
            })?,
            Err(SubmitError::ShutDown) => return Err(SubmitError::ShutDown),
        }
        self.push(job);
        Ok(())
    }

    fn try_spawn(&self, job: Job) -> Result<(), SubmitError> {
        self.registry.announce()?;
        self.push(job);
        Ok(())
    }

    fn id(&self) -> PoolId {
        self.registry.pool
    }
}

impl Drop for ThreadPool {
    /// As leaving Python's `with`: everything accepted is done first.
    fn drop(&mut self) {
        self.shutdown(Queued::Finish);
    }
}
