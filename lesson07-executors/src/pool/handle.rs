//! A job and its future: one allocation, which the queue and the [`JoinHandle`] share.

#![allow(unsafe_code)]

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, mem};

use super::error::JobError;
use super::floor::cell::UnsafeCell;
use super::here::{self, PoolId, Waker};
use super::stealing::registry::Work;
use super::steps::completion::{Completion, Wake};

/// Who wants to know that a job has finished.
pub(super) enum Watcher {
    Thread(Waker),
    Callback(Box<dyn FnOnce() + Send>),
}

impl Wake for Watcher {
    fn wake(self) {
        match self {
            Watcher::Thread(waker) => waker.wake(),
            // A panic in a callback has been reported by the panic hook. It must not end the worker, nor keep the
            // others from being told.
            Watcher::Callback(callback) => drop(panic::catch_unwind(AssertUnwindSafe(callback))),
        }
    }
}

enum Slot<F, T> {
    Job(F),
    Empty,
    Result(Result<T, JobError>),
}

struct Packet<F, T> {
    completion: Completion<Watcher>,
    /// Belongs to whoever claimed the job until it is finished, and from then on to the one `JoinHandle`.
    slot: UnsafeCell<Slot<F, T>>,
}

// SAFETY: the slot is used by one thread at a time, as said above; the job moves to the worker and the result moves
// back, so both must be `Send`, and neither is ever shared.
unsafe impl<F: Send, T: Send> Sync for Packet<F, T> {}

/// What the queue sees of a packet.
trait Run: Send + Sync {
    fn run(&self);
    fn cancel(&self) -> Cancel;
}

/// What the handle sees of a packet.
trait Future<T>: Send + Sync {
    fn completion(&self) -> &Completion<Watcher>;
    fn cancel(&self) -> Cancel;
    /// # Safety
    /// Only once it is finished, and by the only handle.
    unsafe fn take(&self) -> Result<T, JobError>;
}

impl<F: FnOnce(Token<'_>) -> T + Send, T: Send> Run for Packet<F, T> {
    fn run(&self) {
        if !self.completion.claim() {
            return; // it was cancelled while it lay in the queue
        }
        // SAFETY: this thread won the claim, so the slot is its own until `finish`.
        let slot = unsafe { self.slot.get_mut() };
        let Slot::Job(job) = mem::replace(slot, Slot::Empty) else { unreachable!("only who claims takes the job out") };
        let result = panic::catch_unwind(AssertUnwindSafe(|| job(Token(&self.completion))));
        let result = result.map_err(|panic| JobError::of_panic(panic.as_ref()));
        let failed = result.is_err();
        *slot = Slot::Result(result);
        self.completion.finish(failed);
    }

    fn cancel(&self) -> Cancel {
        if self.completion.claim() {
            // SAFETY: as in `run`. What the job had captured is dropped here and now, not when the queue gets to it.
            unsafe { *self.slot.get_mut() = Slot::Result(Err(JobError::Cancelled)) };
            self.completion.finish(true);
            return Cancel::Cancelled;
        }
        if self.completion.is_finished() {
            return Cancel::TooLate;
        }
        self.completion.ask();
        Cancel::Asked
    }
}

impl<F: FnOnce(Token<'_>) -> T + Send, T: Send> Future<T> for Packet<F, T> {
    fn completion(&self) -> &Completion<Watcher> {
        &self.completion
    }

    fn cancel(&self) -> Cancel {
        Run::cancel(self)
    }

    unsafe fn take(&self) -> Result<T, JobError> {
        // SAFETY: the caller promises that it is finished and that it is alone.
        match mem::replace(unsafe { self.slot.get_mut() }, Slot::Empty) {
            Slot::Result(result) => result,
            Slot::Job(_) | Slot::Empty => unreachable!("a finished job has a result, and one handle takes it once"),
        }
    }
}

/// A job on its way to a worker. Dropped without having run, it is cancelled: nobody waits for it in vain.
pub struct Job(Arc<dyn Run>);

impl Job {
    /// A job and its future, for a pool.
    pub fn new<F, T>(job: F, pool: PoolId) -> (Job, JoinHandle<T>)
    where
        F: FnOnce(Token<'_>) -> T + Send + 'static,
        T: Send + 'static,
    {
        let slot = UnsafeCell::new(Slot::Job(job));
        let packet = Arc::new(Packet { completion: Completion::new(), slot });
        (Job(packet.clone()), JoinHandle { packet, pool })
    }

    /// Runs it, unless it was cancelled.
    pub fn run(self) {
        self.0.run();
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // After `run` there is nothing left to claim.
        self.0.cancel();
    }
}

/// What a running job looks at to see whether it is still wanted.
#[derive(Clone, Copy)]
pub struct Token<'a>(&'a Completion<Watcher>);

impl Token<'_> {
    /// Whether somebody called [`JoinHandle::cancel`] meanwhile.
    pub fn is_cancelled(self) -> bool {
        self.0.is_asked()
    }
}

/// What became of a `cancel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// It was queued, and will never run.
    Cancelled,
    /// It runs. It was asked to stop, and does if it looks at its [`Token`].
    Asked,
    /// It has finished.
    TooLate,
}

/// The future of a job: `concurrent.futures.Future`, `std::thread::JoinHandle`.
///
/// Dropping it lets the job go on; nobody will have its result.
pub struct JoinHandle<T> {
    packet: Arc<dyn Future<T>>,
    pool: PoolId,
}

/// The time is over, the job is not: here is its handle back.
pub struct TimedOut<T>(pub JoinHandle<T>);

impl<T> JoinHandle<T> {
    /// Waits for the result.
    ///
    /// A worker that calls this runs other jobs meanwhile (versions 3 and 4), or blocks (1 and 2).
    ///
    /// # Errors
    /// The job was cancelled or panicked; or, on a worker of versions 1 and 2, nobody would be left to run it.
    pub fn result(self) -> Result<T, JobError> {
        here::wait_for(self.pool, self.packet.completion())?;
        // SAFETY: it is finished, and this handle, the only one, ends here.
        unsafe { self.packet.take() }
    }

    /// Waits for the result, not longer than `limit`. The job knows nothing of the limit.
    ///
    /// It blocks, on a worker too: a job run meanwhile might well outlast the limit.
    ///
    /// # Errors
    /// The handle, if the job has not finished.
    pub fn result_timeout(self, limit: Duration) -> Result<Result<T, JobError>, TimedOut<T>> {
        let deadline = Instant::now().checked_add(limit);
        if !here::block_until(self.packet.completion(), deadline) {
            return Err(TimedOut(self));
        }
        // SAFETY: as in `result`.
        Ok(unsafe { self.packet.take() })
    }

    /// Whether it has finished: returned, panicked or cancelled.
    pub fn done(&self) -> bool {
        self.packet.completion().is_finished()
    }

    /// Whether it has finished without a result: panicked or cancelled.
    pub fn failed(&self) -> bool {
        self.packet.completion().is_failed()
    }

    /// Whether a worker has begun it, and it has not finished.
    pub fn running(&self) -> bool {
        self.packet.completion().is_claimed() && !self.done()
    }

    /// Cancels it: for good if it is queued; if it runs, it is only asked.
    pub fn cancel(&self) -> Cancel {
        self.packet.cancel()
    }

    /// Calls this when the job has finished, on the thread that finished it; here and now, if it has.
    pub fn add_done_callback(&self, callback: impl FnOnce() + Send + 'static) {
        self.packet.completion().watch(Watcher::Callback(Box::new(callback)));
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JoinHandle").field("running", &self.running()).field("done", &self.done()).finish()
    }
}

impl<T> fmt::Debug for TimedOut<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("TimedOut").field(&self.0).finish()
    }
}

impl<T> fmt::Display for TimedOut<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the job has not finished yet")
    }
}

impl<T> std::error::Error for TimedOut<T> {}

impl fmt::Debug for Job {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Job")
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Token").field("cancelled", &self.is_cancelled()).finish()
    }
}

/// What one queued job costs a [`ThreadPool`](super::ThreadPool) in memory: its packet with the two counts of an `Arc`,
/// and its place in the queue with crossbeam's word of state. `F` is what the job captures, `T` what it returns.
pub fn bytes_of_a_queued_job<F, T>() -> usize {
    let (counts, state) = (mem::size_of::<[usize; 2]>(), mem::size_of::<usize>());
    counts + mem::size_of::<Packet<F, T>>() + mem::size_of::<Work>() + state
}
