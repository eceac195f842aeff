//! The pool in its three versions, with workers that do as they should and workers that do not.

use common::within;
use lesson02_multiprocessing::demos;
use lesson02_multiprocessing::executor::{Executor, Handle, OnDeath, Options, SubmitError, as_completed};
use lesson02_multiprocessing::jobs::{
    ABORT, COMPUTE, ECHO, ECHO_BYTES, EVEN, EXIT, LOOK_SHARED, MISBEHAVE, PANIC, PID, SLEEP, SQUARE, look,
};
use lesson02_multiprocessing::pool::in_flight::{self, Shape};
use lesson02_multiprocessing::pool::{Failure, Job, JobError, Program, one_at_a_time};
use lesson02_multiprocessing::shared::Arena;
use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

mod deaths;
mod ends;
mod nonsense;
mod versions;
mod waiting;

/// Nothing here takes as long as this unless it hangs.
const LIMIT: Duration = Duration::from_secs(100);

const FOREVER: u64 = u64::MAX / 1_000_000;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_lesson02-multiprocessing")).silent()
}

fn executor(workers: usize) -> Executor {
    Executor::start(Options::new(program(), workers)).expect("workers start")
}

fn one_worker(change: impl FnOnce(&mut Options)) -> Executor {
    let mut options = Options::new(program(), 1);
    change(&mut options);
    Executor::start(options).expect("workers start")
}

/// Waits until a worker has the job.
fn running<T>(handle: &Handle<T>) {
    while !handle.is_running() {
        thread::yield_now();
    }
}
