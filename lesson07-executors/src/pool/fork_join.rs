//! Version 4: jobs in the caller's frame. `join(a, b)` pushes `b`, runs `a`, and takes `b` back if nobody has stolen it:
//! then it costs a push and a pop. No box, and both may borrow from the caller. (Cilk; rayon's `join` and `scope`.)

#![allow(unsafe_code)]

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Acquire, Ordering::Release};

use parking_lot::Mutex;

use super::error::JobError;
use super::executor::Executor;
use super::here::{self, Here, Waker};
use super::stealing::ThreadPool;
use super::stealing::registry::Work;
use super::stealing::worker::Worker;
use super::steps::completion::Wake;
use super::steps::latch::StackJob;

/// A pointer to a [`StackJob`], of any type.
#[derive(Debug)]
pub struct StackRef {
    job: *const (),
    run: unsafe fn(*const ()),
}

// SAFETY: made only in `Worker::join`, of jobs whose closure and result are `Send`.
unsafe impl Send for StackRef {}

impl StackRef {
    fn new<F: FnOnce() -> T + Send, T: Send>(job: &StackJob<F, T>) -> Self {
        unsafe fn run<F: FnOnce() -> T, T>(job: *const ()) {
            // SAFETY: `job` was made of a `StackJob<F, T>` in `new`; `StackRef::run` has the rest.
            unsafe { StackJob::run(job.cast::<StackJob<F, T>>()) }
        }
        StackRef { job: std::ptr::from_ref(job).cast(), run: run::<F, T> }
    }

    /// Runs the job for its owner.
    pub fn run(self) {
        // SAFETY: `join` does not return before the job is done, or has come back to it; and this reference is the only
        // one, goes through the deque once, and ends here. So the job is there and nobody else runs it.
        unsafe { (self.run)(self.job) }
    }
}

impl ThreadPool {
    /// Runs both, perhaps at the same time, and returns both results.
    ///
    /// Outside of the pool there is nobody to share the work with: they run one after the other. Enter by
    /// [`ThreadPool::install`].
    ///
    /// # Panics
    /// With what `a` or `b` panics with, after both have ended.
    pub fn join<A, B, RA, RB>(&self, a: A, b: B) -> (RA, RB)
    where
        A: FnOnce() -> RA + Send,
        B: FnOnce() -> RB + Send,
        RA: Send,
        RB: Send,
    {
        here::with(|here| match here {
            Some(Here::Helps(worker)) if worker.registry.pool == self.registry.pool => worker.join(a, b),
            _ => (a(), b()),
        })
    }

    /// Runs `job` on a worker and waits for it: the way into the pool for what is to `join`. It may borrow.
    ///
    /// # Errors
    /// The job panicked, or the pool is shut down.
    pub fn install<F, T>(&self, job: F) -> Result<T, JobError>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        if here::belongs_to(self.id()) {
            return panic::catch_unwind(AssertUnwindSafe(job)).map_err(|panic| JobError::of_panic(panic.as_ref()));
        }
        let result = Mutex::new(None);
        let here: Box<dyn FnOnce() + Send + '_> = Box::new(|| *result.lock() = Some(job()));
        // SAFETY: the box may hold references to this frame. `result()` below returns only after the job has run or was
        // dropped, both of which end the box, and nothing between here and there can panic.
        let anywhere: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(here) };
        let handle = self.submit(anywhere).map_err(|_| JobError::Cancelled)?;
        handle.result()?;
        result.into_inner().ok_or(JobError::Cancelled)
    }

    /// Runs `body`, which may spawn jobs that borrow what outlives the scope, and waits for all of them.
    ///
    /// # Panics
    /// With what `body` or the first failing job panics with, after all have ended.
    pub fn scope<'env, T>(&'env self, body: impl FnOnce(&Scope<'env>) -> T) -> T {
        let state = Arc::new(State { left: AtomicUsize::new(1), waiter: Mutex::default(), panic: Mutex::default() });
        let scope = Scope { pool: self, state: Arc::clone(&state), borrows: PhantomData };
        // A panic in the body must wait too: the jobs use what its frame lent them.
        let returned = panic::catch_unwind(AssertUnwindSafe(|| body(&scope)));
        state.count_down();
        here::wait_until(|| state.left.load(Acquire) == 0, |waker| state.watch(waker));
        match (returned, state.panic.lock().take()) {
            (Ok(value), None) => value,
            (Err(panic), _) | (_, Some(panic)) => panic::resume_unwind(panic),
        }
    }
}

impl Worker {
    fn join<A, B, RA, RB>(&self, a: A, b: B) -> (RA, RB)
    where
        A: FnOnce() -> RA + Send,
        B: FnOnce() -> RB + Send,
        RA: Send,
        RB: Send,
    {
        let b = StackJob::new(b);
        let reference = StackRef::new(&b);
        let place = reference.job;
        self.push(Work::Stack(reference));
        // Perhaps is enough: if nobody wakes, this worker does it all itself.
        self.registry.sleep.wake_one_perhaps();
        // From here on until `b` is back or done, nothing may leave this frame: not a panic either.
        let a = panic::catch_unwind(AssertUnwindSafe(a));
        while !b.is_done() {
            match self.pop() {
                // Nobody wanted it. Nobody else has its address now, so it is an ordinary call.
                Some(Work::Stack(job)) if job.job == place => {
                    return match a {
                        Ok(a) => (a, b.into_job()()),
                        Err(panic) => panic::resume_unwind(panic),
                    };
                }
                // What `a` submitted lies above it.
                Some(work) => self.registry.run(work),
                // It was stolen: help others until it is done. The thief wakes all who sleep.
                None => self.wait_until(|| b.is_done(), || ()),
            }
        }
        match (a, b.into_result()) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(panic), _) | (_, Err(panic)) => panic::resume_unwind(panic),
        }
    }
}

/// Jobs that all end before [`ThreadPool::scope`] does.
pub struct Scope<'env> {
    pool: &'env ThreadPool,
    state: Arc<State>,
    /// `'env` must be exactly what the caller lent: neither longer nor shorter.
    borrows: PhantomData<&'env mut &'env ()>,
}

/// In an `Arc` and not in the frame: the last job still tells when the frame may be gone.
struct State {
    /// Jobs not yet ended, and the body.
    left: AtomicUsize,
    waiter: Mutex<Option<Waker>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl State {
    fn count_down(&self) {
        // Release: what the job did comes before it; the waiter's load acquires.
        if self.left.fetch_sub(1, Release) == 1
            && let Some(waiter) = self.waiter.lock().take()
        {
            waiter.wake();
        }
    }

    fn watch(&self, waker: Waker) {
        *self.waiter.lock() = Some(waker); // and whoever waits looks once more after this
    }
}

/// Counts down when its job has ended, whichever way: run, panicked, or dropped by a pool that cancels.
struct Ended(Arc<State>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.count_down();
    }
}

/// Dropped in this order also if it never ran: what the job borrows is let go before the scope is told.
struct Spawned<F> {
    job: F,
    ended: Ended,
}

impl<F: FnOnce()> Spawned<F> {
    fn run(self) {
        let Spawned { job, ended } = self;
        if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(job)) {
            ended.0.panic.lock().get_or_insert(panic);
        }
    }
}

impl<'env> Scope<'env> {
    /// Has a worker run `job`, some time before the scope ends. If the pool takes no more jobs, it runs here and now.
    pub fn spawn(&self, job: impl FnOnce() + Send + 'env) {
        self.state.left.fetch_add(1, Acquire);
        let spawned = Spawned { job, ended: Ended(Arc::clone(&self.state)) };
        let here: Box<dyn FnOnce() + Send + 'env> = Box::new(move || spawned.run());
        // SAFETY: the job borrows at most for `'env`, and `scope` returns only after `Ended` was dropped, which is after
        // the job: see `Spawned`.
        let anywhere: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(here) };
        drop(self.pool.submit(anywhere));
    }
}
