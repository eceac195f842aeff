//! A queue that is never longer than agreed: Python's `queue.Queue(maxsize)`.

#![allow(unsafe_code)]

mod one_lock;
mod two_locks;

pub use one_lock::OneLock;
pub use two_locks::Queue;

use super::cell::UnsafeCell;
use super::condvar::Condvar;
use super::mutex::{Mutex, MutexGuard};
use super::{Deadline, SPIN, hint, sync};
