//! A thread pool with futures, grown in versions: each is the smallest step that repairs what the last one could not do.
//!
//! | version | file | what it repairs |
//! |---|---|---|
//! | 1 | [`shared_receiver`] | nothing yet: `Arc<Mutex<Receiver<Box<dyn FnOnce()>>>>`, as everyone writes it first |
//! | 2 | [`condvar_queue`] | a queue that can be bounded and cancelled; nobody is woken who does not sleep |
//! | 3 | [`stealing`] | a deque for each worker, and idling before sleeping; a worker that waits helps |
//! | 4 | [`fork_join`] | jobs in the caller's frame: no box, and they may borrow |
//!
//! All four hand out the same [`JoinHandle`] and are used through [`Executor`]. Versions 3 and 4 are one type,
//! [`ThreadPool`]: version 4 adds methods to it.
//!
//! | Python | here |
//! |---|---|
//! | `ThreadPoolExecutor(max_workers=n)` | [`ThreadPool::new`] |
//! | `pool.submit(f, x)` | [`Executor::submit`] |
//! | `Future.result(timeout)`, `.cancel()`, `.done()`, `.add_done_callback` | [`JoinHandle`] |
//! | `as_completed`, `wait(FIRST_COMPLETED)`, `pool.map` | [`as_completed`], [`wait`], [`Executor::map`] |
//! | `shutdown(cancel_futures=True)` | [`ThreadPool::shutdown`] with [`Queued::Cancel`] |
//! | leaving `with ThreadPoolExecutor()` | dropping the pool: everything accepted is done first |

use super::{floor, hint, sync, thread};

mod error;
mod executor;
mod handle;
mod here;
mod several;
mod threads;

pub mod condvar_queue;
pub mod fork_join;
pub mod shared_receiver;
pub mod stealing;
pub mod steps;

pub use error::{BuildError, JobError, SubmitError};
pub use executor::{Executor, Map, Queued};
pub use handle::{Cancel, Job, JoinHandle, TimedOut, Token, bytes_of_a_queued_job};
pub use here::PoolId;
pub use several::{AsCompleted, Until, as_completed, wait};
pub use stealing::ThreadPool;
pub use steps::sleep::Idle;
