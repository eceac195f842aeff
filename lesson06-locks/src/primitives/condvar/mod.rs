//! Sleep until something may have changed: Python's `threading.Condition`, without the lock inside.
//!
//! The lock guards a value, the condition variable lets a thread wait until the value is as it wants it. The caller's
//! loop around `wait` is not a matter of style: a wake-up says that something *may* have changed, no more.

mod counter;
mod naive;
mod waiters;

pub use counter::Counter;
pub use naive::Naive;
pub use waiters::Condvar;

use super::mutex::{MutexGuard, RawMutex};
use super::{Deadline, futex, sync};
