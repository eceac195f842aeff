//! What `submit` returns: a place where the result will be. Python calls it a future; in Rust that word is taken.
//!
//! The two ends: a [`Handle`] for whoever waits, a [`Promise`] for whoever works. A promise is completed once. It cannot be
//! completed twice, because completing consumes it, and not never: dropped, it completes with an error. So no way
//! through the executor, not even a panic, leaves somebody waiting for ever.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::pool::{JobError, JobId};

/// How far a job has come.
#[derive(Debug)]
enum Stage<T> {
    Queued,
    /// A worker has it.
    Running,
    Done(Result<T, JobError>),
}

#[derive(Debug)]
struct State<T> {
    stage: Stage<T>,
    /// Whether somebody sleeps on `done`. Nobody to wake is a system call saved, and in a batch that is nearly always.
    waiting: bool,
    /// Who else wants to know, and as which number: [`as_completed`](super::as_completed).
    listener: Option<(usize, Sender<usize>)>,
}

#[derive(Debug)]
struct Shared<T> {
    job: JobId,
    state: Mutex<State<T>>,
    done: Condvar,
}

impl<T> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().expect("nobody panics under this lock")
    }

    fn complete(&self, mut state: MutexGuard<'_, State<T>>, result: Result<T, JobError>) {
        state.stage = Stage::Done(result);
        if let Some((number, listener)) = state.listener.take() {
            let _ = listener.send(number); // it may have stopped listening
        }
        if state.waiting {
            self.done.notify_all();
        }
    }
}

/// A job's result, now or later. Dropping it does not stop the job.
#[derive(Debug)]
pub struct Handle<T>(Arc<Shared<T>>);

impl<T> Handle<T> {
    /// Which job.
    pub fn job(&self) -> JobId {
        self.0.job
    }

    /// Waits for the result.
    ///
    /// # Errors
    /// Why there is none.
    pub fn result(self) -> Result<T, JobError> {
        self.wait(None).unwrap_or_else(|_| unreachable!("without a limit it waits until there is a result"))
    }

    /// Waits so long, and no longer. The job knows nothing of it and goes on, as in Python: to stop it, give it a limit
    /// when it is submitted.
    ///
    /// # Errors
    /// The handle, if the time is over: there may be a result later.
    pub fn result_timeout(self, limit: Duration) -> Result<Result<T, JobError>, Self> {
        self.wait(Some(limit))
    }

    fn wait(self, limit: Option<Duration>) -> Result<Result<T, JobError>, Self> {
        let start = Instant::now();
        let mut state = self.0.state();
        while !matches!(state.stage, Stage::Done(_)) {
            state.waiting = true;
            match limit.map(|limit| limit.saturating_sub(start.elapsed())) {
                None => state = self.0.done.wait(state).expect("nobody panics under this lock"),
                Some(Duration::ZERO) => {
                    drop(state);
                    return Err(self);
                }
                Some(left) => {
                    state = self.0.done.wait_timeout(state, left).expect("nobody panics under this lock").0;
                }
            }
        }
        match std::mem::replace(&mut state.stage, Stage::Queued) {
            Stage::Done(result) => Ok(result),
            Stage::Queued | Stage::Running => unreachable!("the loop ends when it is done"),
        }
    }

    /// Takes the job back, if no worker has it yet. Whether it could.
    pub fn cancel(&self) -> bool {
        let state = self.0.state();
        let queued = matches!(state.stage, Stage::Queued);
        if queued {
            self.0.complete(state, Err(JobError::Cancelled { job: self.0.job }));
        }
        queued
    }

    /// Whether a worker has it.
    pub fn is_running(&self) -> bool {
        matches!(self.0.state().stage, Stage::Running)
    }

    /// Whether there is a result, or an error.
    pub fn is_done(&self) -> bool {
        matches!(self.0.state().stage, Stage::Done(_))
    }

    /// Sends `number` when it is done; at once, if it is.
    pub(super) fn tell(&self, number: usize, listener: Sender<usize>) {
        let mut state = self.0.state();
        if matches!(state.stage, Stage::Done(_)) {
            let _ = listener.send(number); // the caller listens, it has just asked
        } else {
            state.listener = Some((number, listener));
        }
    }
}

/// The worker's end of a [`Handle`].
#[derive(Debug)]
pub(super) struct Promise<T>(Option<Arc<Shared<T>>>);

/// A job that waits to be done, and whoever waits for it.
pub(super) fn promise<T>(job: JobId) -> (Handle<T>, Promise<T>) {
    let state = Mutex::new(State { stage: Stage::Queued, waiting: false, listener: None });
    let shared = Arc::new(Shared { job, state, done: Condvar::new() });
    (Handle(Arc::clone(&shared)), Promise(Some(shared)))
}

impl<T> Promise<T> {
    /// From now on the job cannot be cancelled. Whether it had not been already.
    pub(super) fn start(&self) -> bool {
        let Some(shared) = &self.0 else { return false };
        let mut state = shared.state();
        let queued = matches!(state.stage, Stage::Queued);
        if queued {
            state.stage = Stage::Running;
        }
        queued
    }

    /// Hands over the result.
    pub(super) fn complete(mut self, result: Result<T, JobError>) {
        self.finish(|_| result);
    }

    fn finish(&mut self, result: impl FnOnce(JobId) -> Result<T, JobError>) {
        let Some(shared) = self.0.take() else { return };
        let state = shared.state();
        if !matches!(state.stage, Stage::Done(_)) {
            shared.complete(state, result(shared.job));
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.finish(|job| Err(JobError::Cancelled { job }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_that_is_dropped_ends_its_job() {
        let job = JobId { name: "lost", number: 1 };
        let (handle, promise) = promise::<u32>(job);
        assert!(promise.start());
        drop(promise);
        assert!(handle.is_done(), "whoever waits would wait for ever");
        assert!(matches!(handle.result(), Err(JobError::Cancelled { job: lost }) if lost == job));
    }
}
