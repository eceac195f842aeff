//! What can go wrong, by name.

use std::any::Any;
use std::io;

use thiserror::Error;

/// Why there is no pool.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A pool without workers would accept jobs and never run one. (`ThreadPoolExecutor(0)` raises `ValueError`.)
    #[error("a pool needs at least one worker")]
    NoWorkers,
    /// A bounded queue without a place would never accept one.
    #[error("a bounded queue needs at least one place")]
    NoPlace,
    /// The system gave no thread. Those already started have been stopped.
    #[error("cannot start a worker")]
    NoThread(#[source] io::Error),
}

/// Why a job was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SubmitError {
    /// The pool is shut down. (`RuntimeError: cannot schedule new futures after shutdown`)
    #[error("the pool is shut down")]
    ShutDown,
    /// The bounded queue has no place.
    #[error("the queue is full")]
    Full,
}

/// Why a job has no result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JobError {
    /// It was cancelled before a worker took it, or its pool ended without running it. (`CancelledError`)
    #[error("the job was cancelled")]
    Cancelled,
    /// It panicked, with these words. The worker lives on.
    #[error("the job panicked: {0}")]
    Panicked(String),
    /// All workers of this pool would now wait for jobs that only they could run.
    #[error("every worker of this pool waits for a job: a deadlock")]
    WouldDeadlock,
}

impl JobError {
    /// The words of a panic, where it had any.
    pub(super) fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let words = panic.downcast_ref::<&str>().map(|&words| words.to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
        JobError::Panicked(words.unwrap_or_else(|| "without words".to_owned()))
    }
}
