//! How an executor is to be, and what it refuses.

use std::num::NonZero;

use crate::pool::{Failure, Program};

/// What a worker's death means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDeath {
    /// The jobs it held fail. The rest go on, with a new worker.
    FailItsJobs,
    /// All jobs fail, and no further one is taken: Python's `BrokenProcessPool`.
    BreakThePool,
}

/// How an executor is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many processes.
    pub workers: usize,
    /// How many jobs a worker is given at a time. More than one keeps it busy between small jobs, and is lost with it.
    pub in_flight: usize,
    /// After so many jobs, a process is replaced by a new one: against leaks.
    pub max_tasks_per_child: Option<NonZero<u32>>,
    /// What a worker's death means.
    pub on_death: OnDeath,
    /// The program that the workers run.
    pub program: Program,
}

impl Options {
    /// So many workers, one job in flight each, kept as long as they live.
    pub fn new(program: Program, workers: usize) -> Self {
        Options { workers, in_flight: 1, max_tasks_per_child: None, on_death: OnDeath::FailItsJobs, program }
    }
}

/// Why a job was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubmitError {
    /// A worker has died, and that was to break the pool.
    #[error("the pool is broken since worker {pid} ended with {status}")]
    Broken {
        /// The worker's process id.
        pid: u32,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The argument cannot be serialised.
    #[error("the argument {0}")]
    Argument(#[from] Failure),
}
