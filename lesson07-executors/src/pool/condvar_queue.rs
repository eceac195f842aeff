//! Version 2: our own queue under a mutex, with conditions. It can be bounded, looked into and emptied, and it knows
//! who sleeps.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::error::{BuildError, SubmitError};
use super::executor::{Executor, Queued};
use super::handle::Job;
use super::here::{self, Blocking, Here, PoolId};
use super::threads::{Threads, at_least_one, start_all};

/// A pool around one queue.
#[derive(Debug)]
pub struct CondvarQueue {
    shared: Arc<Shared>,
    threads: Threads,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    /// A job has come, or the end.
    more: Condvar,
    /// A job has gone, or the end.
    room: Condvar,
    blocking: Arc<Blocking>,
}

#[derive(Debug)]
struct Queue {
    jobs: VecDeque<Job>,
    capacity: usize,
    closed: bool,
    /// How many workers sleep: with none, a job that comes wakes nobody and costs no system call.
    sleeping: usize,
    /// How many callers wait for a place.
    waiting: usize,
}

impl CondvarQueue {
    /// A pool of so many workers with a queue without bound.
    ///
    /// # Errors
    /// No workers asked for, or no thread to be had.
    pub fn new(workers: usize) -> Result<Self, BuildError> {
        Self::bounded(workers, usize::MAX)
    }

    /// The same with a queue of at most so many jobs, not counting those that run.
    ///
    /// # Errors
    /// No workers or no place asked for, or no thread to be had.
    pub fn bounded(workers: usize, capacity: usize) -> Result<Self, BuildError> {
        let blocking = Arc::new(Blocking::new(PoolId::next(), at_least_one(workers)?));
        if capacity == 0 {
            return Err(BuildError::NoPlace);
        }
        let queue = Queue { jobs: VecDeque::new(), capacity, closed: false, sleeping: 0, waiting: 0 };
        let shared = Shared { queue: Mutex::new(queue), more: Condvar::new(), room: Condvar::new(), blocking };
        let this = CondvarQueue { shared: Arc::new(shared), threads: Threads::default() };
        start_all(&this.threads, workers, &this.shared, work)?;
        Ok(this)
    }

    /// Accepts no more jobs, and waits until the workers are through. A worker of this pool does not wait for itself.
    pub fn shutdown(&self, queued: Queued) {
        let mut queue = self.shared.queue.lock();
        queue.closed = true;
        let cancelled = if queued == Queued::Cancel { std::mem::take(&mut queue.jobs) } else { VecDeque::new() };
        drop(queue);
        drop(cancelled); // outside the lock: it tells whoever waits for them
        self.shared.more.notify_all();
        self.shared.room.notify_all();
        if !here::belongs_to(self.id()) {
            self.threads.join();
        }
    }

    fn push(&self, job: Job, may_wait: bool) -> Result<(), SubmitError> {
        let mut queue = self.shared.queue.lock();
        while !queue.closed && queue.jobs.len() == queue.capacity {
            if !may_wait {
                return Err(SubmitError::Full);
            }
            queue.waiting += 1;
            self.shared.room.wait(&mut queue);
            queue.waiting -= 1;
        }
        if queue.closed {
            return Err(SubmitError::ShutDown);
        }
        queue.jobs.push_back(job);
        if queue.sleeping > 0 {
            self.shared.more.notify_one();
        }
        Ok(())
    }
}

fn work(shared: &Shared) {
    here::is(Here::Blocks(Arc::clone(&shared.blocking)));
    let mut queue = shared.queue.lock();
    loop {
        if let Some(job) = queue.jobs.pop_front() {
            if queue.waiting > 0 {
                shared.room.notify_one();
            }
            drop(queue);
            job.run();
            queue = shared.queue.lock();
        } else if queue.closed {
            return;
        } else {
            queue.sleeping += 1;
            shared.more.wait(&mut queue);
            queue.sleeping -= 1;
        }
    }
}

impl Executor for CondvarQueue {
    /// A worker of this pool does not wait for a place, it might be the one to make it: it gets [`SubmitError::Full`].
    fn spawn(&self, job: Job) -> Result<(), SubmitError> {
        self.push(job, !here::belongs_to(self.id()))
    }

    fn try_spawn(&self, job: Job) -> Result<(), SubmitError> {
        self.push(job, false)
    }

    fn id(&self) -> PoolId {
        self.shared.blocking.pool
    }
}

impl Drop for CondvarQueue {
    /// As leaving Python's `with`: everything accepted is done first.
    fn drop(&mut self) {
        self.shutdown(Queued::Finish);
    }
}
