//! One condition for what workers wait for, one for what submitters wait for; the job runs without the lock.

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
        let worker = |_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                while let Some(job) = shared.next() {
                    job();
                }
            })
        };
        let workers = (0..workers).map(worker).collect();
        Pool { shared, workers }
    }

    /// Queues a job, waiting while there is no room.
    pub fn submit(&self, job: Job) {
        let mut queue = self.shared.queue.lock().expect("no job runs under this lock");
        while queue.jobs.len() == self.shared.capacity {
            queue = self.shared.room.wait(queue).expect("no job runs under this lock");
        }
        queue.jobs.push_back(job);
        self.shared.more.notify_one();
    }

    /// Queues a job if there is room now; otherwise gives it back.
    pub fn try_submit(&self, job: Job) -> Result<(), Job> {
        let mut queue = self.shared.queue.lock().expect("no job runs under this lock");
        if queue.jobs.len() == self.shared.capacity {
            return Err(job);
        }
        queue.jobs.push_back(job);
        self.shared.more.notify_one();
        Ok(())
    }

    /// Runs all that was accepted, then ends the workers.
    pub fn shutdown(self) {
        self.shared.queue.lock().expect("no job runs under this lock").closed = true;
        self.shared.more.notify_all();
        for worker in self.workers {
            worker.join().expect("a job panicked");
        }
    }
}

impl Shared {
    /// The next job; none when the pool is closed and all are taken.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue.lock().expect("no job runs under this lock");
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                self.room.notify_one();
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            queue = self.more.wait(queue).expect("no job runs under this lock");
        }
    }
}
