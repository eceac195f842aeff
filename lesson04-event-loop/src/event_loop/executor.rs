//! Threads for what blocks: Python's `loop.run_in_executor(None, ...)`.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::task::{JoinError, Panic};

/// Threads that take jobs from one queue. They are started when a job comes and all others are busy, up to as many as
/// CPython's `ThreadPoolExecutor` has: four more than there are cores, and not over 32.
#[derive(Default)]
pub(super) struct Executor {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// A job has come, or the end.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Box<dyn FnOnce() + Send>>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Executor {
    /// Runs `function` on one of the threads.
    pub(super) fn submit<T: Send + 'static>(&self, function: impl FnOnce() -> T + Send + 'static) -> Job<T> {
        let result = Arc::new(Mutex::new(Progress::Pending(None)));
        let promise = Promise(Arc::clone(&result));
        let job = Box::new(move || {
            // Nobody waits for it any more, and it has not begun: Python's `future.cancel()` takes it out as well.
            if Arc::strong_count(&promise.0) > 1 {
                let outcome =
                    catch_unwind(AssertUnwindSafe(function)).map_err(|panic| JoinError::Panicked(Panic::new(panic)));
                promise.keep(outcome);
            }
        });
        let mut queue = lock(&self.shared.queue);
        if queue.closed {
            drop(queue);
            drop(job);
            return Job { result };
        }
        queue.jobs.push_back(job);
        let wanted = queue.idle < queue.jobs.len() && queue.threads < most_threads();
        queue.threads += usize::from(wanted);
        drop(queue);
        self.shared.changed.notify_one();
        if wanted && start(&self.shared).is_err() {
            let mut queue = lock(&self.shared.queue);
            queue.threads -= 1;
            // The other threads will come to it. If there are none, nobody would.
            let jobs = if queue.threads == 0 { std::mem::take(&mut queue.jobs) } else { VecDeque::new() };
            drop(queue);
            drop(jobs);
        }
        Job { result }
    }

    /// No more jobs. Those that have not begun never will; those that run are not waited for, as in Python's `loop.close()`.
    pub(super) fn shut_down(&self) {
        let jobs = {
            let mut queue = lock(&self.shared.queue);
            queue.closed = true;
            std::mem::take(&mut queue.jobs)
        };
        self.shared.changed.notify_all();
        drop(jobs); // outside the lock: they hold what a student has put into them
    }

    pub(super) fn threads(&self) -> usize {
        lock(&self.shared.queue).threads
    }
}

fn most_threads() -> usize {
    (thread::available_parallelism().map_or(1, std::num::NonZero::get) + 4).min(32)
}

fn start(shared: &Arc<Shared>) -> std::io::Result<()> {
    let shared = Arc::clone(shared);
    thread::Builder::new().name("executor".to_owned()).spawn(move || work(&shared)).map(drop)
}

fn work(shared: &Shared) {
    let mut queue = lock(&shared.queue);
    loop {
        if let Some(job) = queue.jobs.pop_front() {
            drop(queue);
            job();
            queue = lock(&shared.queue);
        } else if queue.closed {
            queue.threads -= 1;
            return;
        } else {
            queue.idle += 1;
            queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.idle -= 1;
        }
    }
}

enum Progress<T> {
    Pending(Option<Waker>),
    Done(Option<Result<T, JoinError>>),
}

/// What owes a result. Dropped before there is one, it says so.
struct Promise<T>(Arc<Mutex<Progress<T>>>);

impl<T> Promise<T> {
    fn keep(&self, outcome: Result<T, JoinError>) {
        let before = std::mem::replace(&mut *lock(&self.0), Progress::Done(Some(outcome)));
        if let Progress::Pending(Some(waker)) = before {
            waker.wake(); // from this thread to the loop's: the inbox
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        let pending = matches!(*lock(&self.0), Progress::Pending(_));
        if pending {
            self.keep(Err(JoinError::Cancelled));
        }
    }
}

/// A function's result, when a thread of the executor has it. Dropped before the function has begun, it keeps it from
/// beginning; a function that has begun cannot be stopped.
#[must_use = "dropping it may keep the function from being run"]
pub struct Job<T> {
    result: Arc<Mutex<Progress<T>>>,
}

impl<T> Future for Job<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *lock(&self.result) {
            Progress::Done(outcome) => {
                Poll::Ready(outcome.take().expect("a Job is polled after it has given its result"))
            }
            Progress::Pending(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Job").field("done", &matches!(*lock(&self.result), Progress::Done(_))).finish()
    }
}

/// Nothing that runs under these locks panics, so there is nothing for the poison to protect.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
