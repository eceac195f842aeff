//! What the calling thread is, a worker or not, and how it waits.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::{self, Thread};
use std::time::Instant;

use super::error::JobError;
use super::handle::Watcher;
use super::hint;
use super::stealing::registry::Registry;
use super::stealing::worker::Worker;
use super::steps::blocked::Blocked;
use super::steps::completion::{Completion, Wake};
use super::steps::sleep::Idle;

/// Which pool; each has its own number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolId(usize);

impl PoolId {
    pub(super) fn next() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        PoolId(NEXT.fetch_add(1, Relaxed)) // Relaxed: only that no number comes twice
    }
}

/// A pool that blocks, and its workers that wait for a job of that same pool.
#[derive(Debug)]
pub(super) struct Blocking {
    pub(super) pool: PoolId,
    blocked: Arc<Blocked>,
}

impl Blocking {
    pub(super) fn new(pool: PoolId, workers: usize) -> Self {
        Blocking { pool, blocked: Blocked::new(workers) }
    }
}

pub(super) enum Here {
    /// A worker of versions 1 and 2.
    Blocks(Arc<Blocking>),
    /// A worker of versions 3 and 4.
    Helps(Rc<Worker>),
}

thread_local! {
    static HERE: OnceCell<Here> = const { OnceCell::new() };
}

/// Says what this thread is, once, at its beginning.
pub(super) fn is(here: Here) {
    HERE.with(|cell| assert!(cell.set(here).is_ok(), "a thread is a worker of one pool"));
}

/// What this thread is, if it is a worker.
pub(super) fn with<R>(look: impl FnOnce(Option<&Here>) -> R) -> R {
    HERE.with(|cell| look(cell.get()))
}

/// Whether this thread is a worker of that pool.
pub(super) fn belongs_to(pool: PoolId) -> bool {
    with(|here| match here {
        Some(Here::Blocks(blocking)) => blocking.pool == pool,
        Some(Here::Helps(worker)) => worker.registry.pool == pool,
        None => false,
    })
}

/// How to wake a thread that waits.
#[derive(Debug)]
pub(super) enum Waker {
    Thread(Thread),
    /// A worker that helps sleeps where its pool's workers sleep.
    Worker(Arc<Registry>),
}

impl Wake for Waker {
    fn wake(self) {
        match self {
            Waker::Thread(thread) => thread.unpark(),
            Waker::Worker(registry) => registry.sleep.wake_all(),
        }
    }
}

/// Looks for a moment; whether it is ready by then.
fn spin(ready: &mut impl FnMut() -> bool) -> bool {
    (0..Idle::SPIN_THEN_PARK.spins).any(|_| ready() || (hint::spin_loop(), false).1)
}

/// Waits until it is ready. `tell` is handed what to wake when it is, if it comes to sleeping.
pub(super) fn wait_until(mut ready: impl FnMut() -> bool, tell: impl FnOnce(Waker)) {
    with(|here| match here {
        Some(Here::Helps(worker)) => {
            worker.wait_until(ready, || tell(Waker::Worker(Arc::clone(&worker.registry))));
        }
        _ if spin(&mut ready) => {}
        _ => {
            tell(Waker::Thread(thread::current()));
            while !ready() {
                thread::park();
            }
        }
    });
}

/// Waits for a job of that pool.
pub(super) fn wait_for(pool: PoolId, job: &Completion<Watcher>) -> Result<(), JobError> {
    let mut waiting = None;
    with(|here| match here {
        // Whoever finishes the job takes this worker off the count, before he takes another job. Had he to wait until
        // this worker is awake, he might count two waiting where one is free.
        Some(Here::Blocks(blocking)) if blocking.pool == pool => job.watch_unless_finished(|| {
            let one = Blocked::enter(&blocking.blocked).ok_or(JobError::WouldDeadlock)?;
            waiting = Some(Arc::clone(&one));
            Ok(Watcher::Callback(Box::new(move || one.end())))
        }),
        _ => Ok(()),
    })?;
    wait_until(|| job.is_finished(), |waker| job.watch(Watcher::Thread(waker)));
    if let Some(waiting) = waiting {
        waiting.end(); // this worker may be here before him
    }
    Ok(())
}

/// Blocks until the job has finished or the time is over; whether it has finished.
pub(super) fn block_until(job: &Completion<Watcher>, deadline: Option<Instant>) -> bool {
    let left = || deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    if left().is_some_and(|left| left.is_zero()) || spin(&mut || job.is_finished()) {
        return job.is_finished();
    }
    job.watch(Watcher::Thread(Waker::Thread(thread::current())));
    while !job.is_finished() {
        match left() {
            Some(left) if left.is_zero() => return false,
            Some(left) => thread::park_timeout(left),
            None => thread::park(), // a limit beyond what the clock can say
        }
    }
    true
}
