//! A service that takes so many jobs at once, and writes down what its callers make of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

/// How many bytes a job carries.
pub const PAYLOAD: usize = 1024;
/// How long the service works on one.
pub const WORK: Duration = Duration::from_millis(1);

/// The service. Everything is on one thread, so plain cells will do.
#[derive(Debug)]
pub struct Service {
    places: Semaphore,
    under_way: Cell<usize>,
    most: Cell<usize>,
    latencies: RefCell<Vec<f64>>,
}

/// A request. It begins to wait, and to cost memory, when it is made.
#[derive(Debug)]
pub struct Job {
    payload: Vec<u8>,
    made: Instant,
    service: Rc<Service>,
}

impl Service {
    /// A service that works on `places` jobs at once and lets the others wait, and expects `jobs` of them.
    pub fn new(places: usize, jobs: usize) -> Rc<Service> {
        // Room for every latency is made now, so that writing one down does not count as a job's memory.
        let latencies = RefCell::new(Vec::with_capacity(jobs));
        Rc::new(Service { places: Semaphore::new(places), under_way: Cell::new(0), most: Cell::new(0), latencies })
    }

    /// A new job for it.
    pub fn job(self: &Rc<Self>) -> Job {
        self.under_way.set(self.under_way.get() + 1);
        self.most.set(self.most.get().max(self.under_way.get()));
        Job { payload: vec![1; PAYLOAD], made: Instant::now(), service: Rc::clone(self) }
    }

    /// The most jobs that were made and not yet gone.
    pub fn most(&self) -> usize {
        self.most.get()
    }

    /// From each job's making to its end, in seconds, in the order in which they ended.
    pub fn latencies(&self) -> Vec<f64> {
        self.latencies.borrow().clone()
    }
}

impl Job {
    /// Waits for a place, and for the work. Returns the number of bytes that were worked on.
    pub async fn done(self) -> usize {
        let _place = self.service.places.acquire().await;
        sleep(WORK).await;
        self.service.latencies.borrow_mut().push(self.made.elapsed().as_secs_f64());
        self.payload.len()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.service.under_way.set(self.service.under_way.get() - 1);
    }
}

/// So many workers on one queue, until it is empty and closed.
pub async fn workers<Q>(count: usize, queue: Q, next: impl AsyncFn(&Q) -> Option<Job>) {
    let worker = async || {
        while let Some(job) = next(&queue).await {
            job.done().await;
        }
    };
    join_all((0..count).map(|_| worker())).await;
}

/// What a way of feeding came to.
#[derive(Debug, Clone)]
pub struct Fed {
    /// The most jobs that were made and not done.
    pub most: usize,
    /// The most bytes that were allocated at once; 0 where the program does not count them.
    pub bytes: usize,
    /// From a job's making to its end, in virtual seconds, in the order in which they ended.
    pub latencies: Vec<f64>,
    /// How long all took, in virtual seconds.
    pub seconds: f64,
}
