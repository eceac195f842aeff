//! Wait until all have come: Python's `threading.Barrier`.

mod generations;
mod under_a_lock;

pub use generations::{Barrier, MAX_THREADS};
pub use under_a_lock::UnderALock;

use std::fmt;

use super::condvar::Condvar;
use super::mutex::Mutex;
use super::{Deadline, futex, hint, sync, thread};

/// Somebody will not come: Python's `BrokenBarrierError`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the barrier is broken: not all threads will come")
    }
}

impl std::error::Error for Broken {}
