//! What the workers of a pool share.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed};

use crossbeam::deque::{Injector, Steal, Stealer, Worker as Deque};

use super::super::error::{BuildError, SubmitError};
use super::super::executor::Queued;
use super::super::fork_join::StackRef;
use super::super::handle::Job;
use super::super::here::PoolId;
use super::super::steps::sleep::{Idle, Sleep};
use super::super::threads::at_least_one;
use super::worker::Worker;

/// What lies in the deques.
#[derive(Debug)]
pub enum Work {
    /// A submitted job.
    Heap(Job),
    /// The other half of a `join`, in the frame of the worker that waits for it.
    Stack(StackRef),
}

/// Set in `Registry::queued` when no more jobs are accepted.
const CLOSED: usize = 1;
/// One queued job in `Registry::queued`.
const JOB: usize = 2;

/// More jobs than can be counted.
const UNBOUNDED: usize = usize::MAX / JOB;

/// The queues of a pool, and where its workers sleep.
#[derive(Debug)]
pub struct Registry {
    pub pool: PoolId,
    pub idle: Idle,
    pub sleep: Sleep,
    /// Where callers wait for a place.
    room: Sleep,
    capacity: usize,
    /// Twice the number of jobs accepted and not yet taken, plus CLOSED. In one word, so that no job can be accepted
    /// after the last worker saw that there is none and went.
    queued: AtomicUsize,
    cancelling: AtomicBool,
    injector: Injector<Work>,
    stealers: Box<[Stealer<Work>]>,
}

impl Registry {
    pub fn new(workers: usize, capacity: usize, idle: Idle) -> Result<(Arc<Self>, Vec<Worker>), BuildError> {
        let deques: Vec<Deque<Work>> = (0..at_least_one(workers)?).map(|_| Deque::new_lifo()).collect();
        if capacity == 0 {
            return Err(BuildError::NoPlace);
        }
        let registry = Arc::new(Registry {
            pool: PoolId::next(),
            idle,
            sleep: Sleep::new(),
            room: Sleep::new(),
            capacity: capacity.min(UNBOUNDED),
            queued: AtomicUsize::new(0),
            cancelling: AtomicBool::new(false),
            injector: Injector::new(),
            stealers: deques.iter().map(Deque::stealer).collect(),
        });
        let worker = |(index, deque)| Worker::new(Arc::clone(&registry), index, deque);
        let workers = deques.into_iter().enumerate().map(worker).collect();
        Ok((registry, workers))
    }

    /// Counts a job in, if the pool is open and has a place. A push must follow.
    pub fn announce(&self) -> Result<(), SubmitError> {
        let mut queued = self.queued.load(Relaxed);
        loop {
            if queued & CLOSED != 0 {
                return Err(SubmitError::ShutDown);
            }
            if queued / JOB >= self.capacity {
                return Err(SubmitError::Full);
            }
            // Relaxed: the count publishes nothing. The job goes through a deque, which has its own orderings.
            match self.queued.compare_exchange_weak(queued, queued + JOB, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => queued = now,
            }
        }
    }

    /// Waits for a place and counts a job in.
    pub fn wait_for_room(&self) -> Result<(), SubmitError> {
        self.room.until(self.idle, || Some(self.announce()).filter(|announced| *announced != Err(SubmitError::Full)))
    }

    /// Counts a job out.
    fn taken(&self) {
        // AcqRel: whoever sees nothing left and the end has come, sees all that was done before.
        let before = self.queued.fetch_sub(JOB, AcqRel);
        if self.capacity < UNBOUNDED {
            // At every job, not only at the one that left a full queue: two may leave before the first who waits has come,
            // and then two wait for two places.
            self.room.wake_one();
        }
        if before == JOB | CLOSED {
            self.sleep.wake_all(); // the last one: the others may go home
        }
    }

    /// Accepts no more.
    pub fn close(&self, queued: Queued) {
        if queued == Queued::Cancel {
            self.cancelling.store(true, Relaxed); // from now on, who takes a job throws it away
        }
        self.queued.fetch_or(CLOSED, AcqRel);
        self.sleep.wake_all();
        self.room.wake_all();
        // Cancelled here and now, also if all workers are busy for long. What lies in a worker's own deque, its worker
        // submitted itself: it is that worker's to throw away.
        if queued == Queued::Cancel {
            while let Some(work) = again_while_busy(|| self.injector.steal()) {
                self.run(work);
            }
        }
    }

    /// Whether all is done and no more will come.
    pub fn is_over(&self) -> bool {
        self.queued.load(Acquire) == CLOSED
    }

    pub fn inject(&self, job: Job) {
        self.injector.push(Work::Heap(job));
    }

    /// Whether there is something to take, as far as can be seen.
    pub fn has_work(&self) -> bool {
        !self.injector.is_empty() || self.stealers.iter().any(|stealer| !stealer.is_empty())
    }

    /// A job from the common queue, some more of which move to `deque`; or from another worker, the next ones first.
    pub fn steal(&self, deque: &Deque<Work>, thief: usize) -> Option<Work> {
        let workers = self.stealers.len();
        let others = || (1..workers).map(|step| self.stealers[(thief + step) % workers].steal());
        again_while_busy(|| iter::once_with(|| self.injector.steal_batch_and_pop(deque)).chain(others()).collect())
    }

    /// Runs what was taken.
    pub fn run(&self, work: Work) {
        match work {
            Work::Heap(job) => {
                self.taken();
                if !self.cancelling.load(Relaxed) {
                    job.run();
                }
            }
            Work::Stack(job) => {
                job.run();
                // Its owner may sleep by now. Nothing of the job is touched for that.
                self.sleep.wake_all();
            }
        }
    }
}

/// Tries again when somebody else was at the same place in the same moment.
fn again_while_busy(mut steal: impl FnMut() -> Steal<Work>) -> Option<Work> {
    loop {
        match steal() {
            Steal::Success(work) => return Some(work),
            Steal::Retry => {}
            Steal::Empty => return None,
        }
    }
}
