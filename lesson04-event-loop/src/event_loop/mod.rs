//! Version 5: a loop to be used, with the names of Python's `asyncio`.
//!
//! What is new against version 4: plain functions beside tasks, threads for what blocks, a door for other threads,
//! and a loop that can say who blocked it. And a task is one allocation instead of three.
//!
//! | file | what it knows |
//! |---|---|
//! | `timers` | what happens when |
//! | `sources`, `net` | sockets: who waits for which |
//! | `state`, `task` | a future and its result, woken from anywhere |
//! | `inbox`, `mailbox`, `remote` | what comes from other threads, and wakes a loop that sleeps |
//! | `executor` | threads for what blocks |
//! | `callback`, `watch` | functions in the queue; who took how long |
//! | `core` | one turn of the loop |
//! | `current`, `handle` | what code inside the loop can ask of it |

use std::cell::Cell;
use std::fmt;
use std::io;
use std::ops::Deref;
use std::rc::Rc;

use super::sync;

mod callback;
pub mod cell;
mod core;
mod current;
mod executor;
mod handle;
pub mod inbox;
pub mod mailbox;
pub mod net;
mod remote;
pub mod sources;
pub mod state;
pub mod task;
pub mod timers;
mod watch;

pub use callback::{CallHandle, Due, TimerHandle};
pub use current::{NoRunningLoop, get_event_loop};
pub use executor::Job;
pub use handle::{LoopHandle, connect, listen, sleep};
pub use remote::{Closed, ThreadsafeHandle};
pub use task::{JoinError, JoinHandle, Panic};
pub use watch::{Ran, Reported, SlowCallback, Turn};

/// Why a loop was not run, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It is being run: further up on this very stack.
    #[error("this event loop is already running")]
    AlreadyRunning,
    /// Another one is being run, further up on this stack: until this one came back, it would stand still.
    #[error("another event loop is running on this thread")]
    AnotherIsRunning,
    /// [`EventLoop::close`] has been called.
    #[error("the event loop is closed")]
    Closed,
    /// [`LoopHandle::stop`] came before the result. The task is still there, and goes on when the loop is run again.
    #[error("the event loop was stopped before the future was done")]
    Stopped,
    /// The poller failed.
    #[error("the poller failed")]
    Poller(#[from] io::Error),
}

/// An event loop, and the only one who can run and close it. Dropping it closes it.
///
/// It stays on the thread that made it. (CPython's may be made on one thread and run on another.)
pub struct EventLoop(LoopHandle);

impl EventLoop {
    /// A loop with nothing to do.
    ///
    /// # Errors
    /// If the system has no poller to spare: too many open files, say.
    pub fn new() -> io::Result<Self> {
        Ok(EventLoop(LoopHandle(Rc::new(core::Core::new()?))))
    }

    /// Runs the loop until this future is done, and returns its result. Other tasks stay as they are when it ends, and go on
    /// when the loop is run again.
    ///
    /// # Errors
    /// If the loop cannot be run, or is stopped before.
    ///
    /// # Panics
    /// With the future's own panic.
    #[track_caller]
    pub fn run_until_complete<F: Future + 'static>(&self, future: F) -> Result<F::Output, RunError> {
        let _entered = self.enter()?;
        let wanted = Rc::new(Cell::new(true));
        let stop = Stop { handle: self.handle(), wanted: Rc::clone(&wanted) };
        let mut task = self.create_task(async move {
            let _stop = stop; // also when the future panics
            future.await
        });
        let stopped = self.turn_until_stopped();
        wanted.set(false);
        stopped?;
        match task.take_result() {
            Some(Ok(output)) => Ok(output),
            Some(Err(JoinError::Panicked(panic))) => std::panic::resume_unwind(panic.into_inner()),
            Some(Err(JoinError::Cancelled)) | None => Err(RunError::Stopped),
        }
    }

    /// Runs the loop until [`stop`](LoopHandle::stop) is called.
    ///
    /// # Errors
    /// If the loop cannot be run.
    pub fn run_forever(&self) -> Result<(), RunError> {
        let _entered = self.enter()?;
        self.turn_until_stopped()
    }

    /// Drops all tasks, callbacks and timers, each once, and refuses new ones. Threads of the executor end with what they do now.
    ///
    /// # Errors
    /// If the loop is running.
    pub fn close(&self) -> Result<(), RunError> {
        if self.is_running() {
            return Err(RunError::AlreadyRunning);
        }
        self.0.0.close();
        Ok(())
    }

    /// For whoever outlives the borrow of this.
    pub fn handle(&self) -> LoopHandle {
        self.0.clone()
    }

    fn enter(&self) -> Result<current::Entered, RunError> {
        if self.is_closed() {
            return Err(RunError::Closed);
        }
        if self.is_running() {
            return Err(RunError::AlreadyRunning);
        }
        current::enter(&self.0.0).ok_or(RunError::AnotherIsRunning)
    }

    fn turn_until_stopped(&self) -> Result<(), RunError> {
        loop {
            self.0.0.turn()?;
            if self.0.0.stopping.take() {
                return Ok(());
            }
        }
    }
}

impl Deref for EventLoop {
    type Target = LoopHandle;

    fn deref(&self) -> &LoopHandle {
        &self.0
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        self.0.0.close();
    }
}

impl fmt::Debug for EventLoop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Stops the loop when the main task is over, however that comes; not a later run, if the first was stopped before.
struct Stop {
    handle: LoopHandle,
    wanted: Rc<Cell<bool>>,
}

impl Drop for Stop {
    fn drop(&mut self) {
        if self.wanted.get() {
            self.handle.stop();
        }
    }
}
