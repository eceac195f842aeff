//! The locks of this lesson, each in numbered versions: the smallest step that repairs what the last one could not do.
//!
//! | Python | ours, as used | versions |
//! |---|---|---|
//! | `Lock` | [`mutex::Mutex`] | `Spin`, `Park`, `ThreeStates` |
//! | `Condition` | [`condvar::Condvar`] | `Naive`, `Counter`, `Condvar` |
//! | `RLock` | [`reentrant::ReentrantMutex`] | `UnderALock`, `Owner` |
//! | none | [`rwlock::RwLock`] | `ReadersFirst`, `WritersFirst` |
//! | `Semaphore` | [`semaphore::Semaphore`] | `UnderALock`, `Unfair`, `Fair` |
//! | `Event` | [`event::Event`] | `Flag`, `Event` |
//! | `Barrier` | [`barrier::Barrier`] | `UnderALock`, `Barrier` |
//! | none | [`once::Once`] | `UnderALock`, `Once` |
//! | `queue.Queue(maxsize)` | [`queue::Queue`] | `OneLock`, `Queue` |
//!
//! Each final version can be waited for with a time-out, as in Python. The rule is the same everywhere: look once more
//! before you give up, because the wake-up may have come together with the end of the time; and leave no trace, because
//! whoever comes next counts on what you have announced.
//!
//! Every file takes its atomics, its futex and its cells from `super`. Here these are the standard library's; in
//! `tests/proof` the same files are compiled against two libraries that run every schedule.

use super::floor::clock::Deadline;
use super::floor::{SPIN, cell, futex, identity};
use super::{hint, sync, thread};

pub mod barrier;
pub mod condvar;
pub mod event;
pub mod mutex;
pub mod once;
pub mod queue;
pub mod reentrant;
pub mod rwlock;
pub mod semaphore;
