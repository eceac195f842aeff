//! **Goal**: A pool with a bounded queue: `submit` waits while it is full, `try_submit` says no, `shutdown` runs what was
//! accepted and comes back.
//!
//! **Minutes**: 30

use std::collections::VecDeque;

use super::sync::{Arc, Condvar, Mutex};
use super::thread::{self, JoinHandle};

/// A job.
pub type Job = Box<dyn FnOnce() + Send>;

/// A pool of workers with a bounded queue.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<Queue>,
    capacity: usize,
    more: Condvar,
    room: Condvar,
}

struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Pool {
    /// So many workers, and room for so many jobs that wait.
    pub fn new(workers: usize, capacity: usize) -> Pool {
        let queue = Mutex::new(Queue { jobs: VecDeque::new(), closed: false });
        let shared = Arc::new(Shared { queue, capacity, more: Condvar::new(), room: Condvar::new() });
        todo!("start the workers: each takes jobs until the pool is closed and the queue empty")
    }

    /// Queues a job, waiting while there is no room.
    pub fn submit(&self, job: Job) {
        todo!("wait for room, put the job in, and tell a worker")
    }

    /// Queues a job if there is room now; otherwise gives it back.
    pub fn try_submit(&self, job: Job) -> Result<(), Job> {
        todo!("the same without waiting")
    }

    /// Runs all that was accepted, then ends the workers.
    pub fn shutdown(self) {
        todo!("close, tell everybody, wait for the workers")
    }
}
