//! What all versions can do. (`concurrent.futures.Executor`)

use std::sync::Arc;
use std::vec;

use super::error::{JobError, SubmitError};
use super::handle::{Job, JoinHandle, Token};
use super::here::PoolId;

/// What to do with jobs that are still queued when the pool is shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queued {
    /// Run them first. (`shutdown()`)
    Finish,
    /// Cancel them. What runs, runs on. (`shutdown(cancel_futures=True)`)
    Cancel,
}

/// A pool of workers.
pub trait Executor {
    /// Hands a job to the workers; waits for a place if the queue is bounded and full.
    ///
    /// # Errors
    /// [`SubmitError::ShutDown`]; [`SubmitError::Full`] where waiting could last for ever (a worker of version 2).
    fn spawn(&self, job: Job) -> Result<(), SubmitError>;

    /// Hands a job to the workers if there is a place at once.
    ///
    /// # Errors
    /// Both of [`SubmitError`].
    fn try_spawn(&self, job: Job) -> Result<(), SubmitError>;

    /// Which pool it is.
    fn id(&self) -> PoolId;

    /// Has a worker call `job`, and returns its future.
    ///
    /// # Errors
    /// As [`Executor::spawn`].
    fn submit<F, T>(&self, job: F) -> Result<JoinHandle<T>, SubmitError>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.submit_cancellable(move |_| job())
    }

    /// The same for a job that looks at its token, and stops when it is no longer wanted.
    ///
    /// # Errors
    /// As [`Executor::spawn`].
    fn submit_cancellable<F, T>(&self, job: F) -> Result<JoinHandle<T>, SubmitError>
    where
        F: FnOnce(Token<'_>) -> T + Send + 'static,
        T: Send + 'static,
    {
        let (job, handle) = Job::new(job, self.id());
        self.spawn(job)?;
        Ok(handle)
    }

    /// The same as `submit`, but does not wait for a place in the queue.
    ///
    /// # Errors
    /// As [`Executor::try_spawn`].
    fn try_submit<F, T>(&self, job: F) -> Result<JoinHandle<T>, SubmitError>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (job, handle) = Job::new(move |_| job(), self.id());
        self.try_spawn(job)?;
        Ok(handle)
    }

    /// Calls `job` for each item, on the workers; the results come in the order of the items.
    ///
    /// # Errors
    /// As [`Executor::spawn`]. What was submitted before goes on.
    fn map<I, F, T>(&self, items: I, job: F) -> Result<Map<T>, SubmitError>
    where
        I: IntoIterator,
        I::Item: Send + 'static,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        let job = Arc::new(job);
        let submit = |item| {
            let job = Arc::clone(&job);
            self.submit(move || job(item))
        };
        let handles: Vec<JoinHandle<T>> = items.into_iter().map(submit).collect::<Result<_, _>>()?;
        Ok(Map(handles.into_iter()))
    }
}

/// The results of [`Executor::map`], in the order of the items. Each is waited for when it is asked for.
#[derive(Debug)]
pub struct Map<T>(vec::IntoIter<JoinHandle<T>>);

impl<T> Iterator for Map<T> {
    type Item = Result<T, JobError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(JoinHandle::result)
    }
}
