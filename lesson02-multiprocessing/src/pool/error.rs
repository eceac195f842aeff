use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use super::frames::FrameError;
use super::job::{Failure, JobId};

/// Why a job has no result. Each names the job.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JobError {
    /// It failed in a worker that lives on: it panicked, say.
    #[error("{job} {failure}")]
    Failed {
        /// The job.
        job: JobId,
        /// What went wrong.
        failure: Failure,
    },
    /// Its worker ended, and with it everything that it had been given.
    #[error("{job} was lost: its worker {pid} ended with {status}")]
    WorkerDied {
        /// The job.
        job: JobId,
        /// The worker's process id.
        pid: u32,
        /// How it ended: a status or a signal.
        status: ExitStatus,
    },
    /// It took longer than was allowed, and its worker was killed.
    #[error("{job} took longer than {limit:?}; its worker {pid} was killed")]
    TimedOut {
        /// The job.
        job: JobId,
        /// What was allowed.
        limit: Duration,
        /// The worker's process id.
        pid: u32,
    },
    /// It was cancelled before it began, or the pool was dropped.
    #[error("{job} was cancelled")]
    Cancelled {
        /// The job.
        job: JobId,
    },
    /// The pool is broken, by the death of the worker that had another job. Python's `BrokenProcessPool`.
    #[error("{job} was lost: the pool is broken since worker {pid} ended with {status}")]
    Broken {
        /// The job.
        job: JobId,
        /// The worker's process id.
        pid: u32,
        /// How it ended.
        status: ExitStatus,
    },
    /// No worker could be started for it.
    #[error("{job} has no worker: {reason}")]
    NoWorker {
        /// The job.
        job: JobId,
        /// Why not.
        reason: Arc<std::io::Error>,
    },
    /// What came from the worker, or was to go there, is no frame.
    #[error("{job} was lost: {reason}")]
    Protocol {
        /// The job.
        job: JobId,
        /// What is wrong.
        reason: Arc<FrameError>,
    },
}

impl JobError {
    /// Which job has no result.
    pub fn job(&self) -> JobId {
        match *self {
            JobError::Failed { job, .. }
            | JobError::WorkerDied { job, .. }
            | JobError::TimedOut { job, .. }
            | JobError::Cancelled { job }
            | JobError::Broken { job, .. }
            | JobError::NoWorker { job, .. }
            | JobError::Protocol { job, .. } => job,
        }
    }
}
