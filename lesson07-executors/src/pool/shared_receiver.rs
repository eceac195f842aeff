//! Version 1: a channel, and a mutex around its one receiver. As everyone writes it first, and as *The Rust Programming
//! Language* does in its last chapter.

use std::sync::{Arc, mpsc};

use parking_lot::Mutex;

use super::error::{BuildError, SubmitError};
use super::executor::Executor;
use super::handle::Job;
use super::here::{self, Blocking, Here, PoolId};
use super::threads::{Threads, at_least_one, start_all};

type Boxed = Box<dyn FnOnce() + Send>;

/// A pool around one shared receiver.
///
/// A worker sleeps in `recv` with the mutex held, the others sleep at the mutex: nearly each job costs two wake-ups one
/// after the other. And what lies in the channel cannot be looked at: no bound, no cancelling of all.
#[derive(Debug)]
pub struct SharedReceiver {
    sender: Mutex<Option<mpsc::Sender<Boxed>>>,
    threads: Threads,
    pool: PoolId,
}

struct Shared {
    receiver: Mutex<mpsc::Receiver<Boxed>>,
    blocking: Arc<Blocking>,
}

impl SharedReceiver {
    /// A pool of so many workers.
    ///
    /// # Errors
    /// No workers asked for, or no thread to be had.
    pub fn new(workers: usize) -> Result<Self, BuildError> {
        let (sender, receiver) = mpsc::channel();
        let pool = PoolId::next();
        let blocking = Arc::new(Blocking::new(pool, at_least_one(workers)?));
        let shared = Arc::new(Shared { receiver: Mutex::new(receiver), blocking });
        let this = SharedReceiver { sender: Mutex::new(Some(sender)), threads: Threads::default(), pool };
        start_all(&this.threads, workers, &shared, work)?; // an error drops `this`, which stops those already started
        Ok(this)
    }

    /// Accepts no more jobs, and waits until all accepted have run. A worker of this pool does not wait for itself.
    pub fn shutdown(&self) {
        // Without its sender the channel ends, once it is empty.
        self.sender.lock().take();
        if !here::belongs_to(self.pool) {
            self.threads.join();
        }
    }
}

fn work(shared: &Shared) {
    here::is(Here::Blocks(Arc::clone(&shared.blocking)));
    loop {
        // Two statements: in `match shared.receiver.lock().recv()` the guard would live until the job is done, and the
        // pool would run one job at a time.
        let job = shared.receiver.lock().recv();
        match job {
            Ok(job) => job(),
            Err(mpsc::RecvError) => return,
        }
    }
}

impl Executor for SharedReceiver {
    fn spawn(&self, job: Job) -> Result<(), SubmitError> {
        let sender = self.sender.lock();
        let sender = sender.as_ref().ok_or(SubmitError::ShutDown)?;
        sender.send(Box::new(move || job.run())).map_err(|_| SubmitError::ShutDown)
    }

    /// The channel has no bound: there is always a place.
    fn try_spawn(&self, job: Job) -> Result<(), SubmitError> {
        self.spawn(job)
    }

    fn id(&self) -> PoolId {
        self.pool
    }
}

impl Drop for SharedReceiver {
    /// As leaving Python's `with`: everything accepted is done first.
    fn drop(&mut self) {
        self.shutdown();
    }
}
