//! The pools on real threads. What the versions have in common is asked of each of them.

#![allow(missing_docs)]

use common::within;
use lesson07_executors::pool::condvar_queue::CondvarQueue;
use lesson07_executors::pool::shared_receiver::SharedReceiver;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

mod bounded;
mod each_version;
mod nested;
mod shutdown;
mod volume;

use lesson07_executors::pool::{
    BuildError, Cancel, Executor, Idle, JobError, JoinHandle, Queued, SubmitError, ThreadPool, TimedOut, Until,
    as_completed, wait,
};

const LIMIT: Duration = Duration::from_secs(120);

const LONG: Duration = Duration::from_secs(600);

/// A job that runs until it is told to end, and the ends to do so.
struct Gate {
    begun: mpsc::Receiver<()>,
    open: mpsc::Sender<()>,
}

/// Occupies a worker, and returns once it is occupied.
fn occupy(pool: &impl Executor) -> (Gate, JoinHandle<()>) {
    let ((begun, has_begun), (open, opened)) = (mpsc::channel(), mpsc::channel::<()>());
    let job = move || {
        begun.send(()).expect("the test is there");
        let _ = opened.recv(); // or the gate was dropped
    };
    let handle = pool.submit(job).expect("it is open");
    let gate = Gate { begun: has_begun, open };
    gate.begun.recv().expect("it begins");
    (gate, handle)
}
