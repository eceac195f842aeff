//! Plain functions in the loop's queue: Python's `asyncio.Handle` and `asyncio.TimerHandle`.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

use super::timers::{TimerId, Timers};

/// A function of whatever type, to be called once or not at all.
pub(super) trait Call {
    fn call(&self);
    fn cancel(&self);
    fn describe(&self) -> Described;
}

/// A function's name, and where it was handed to the loop.
pub(super) type Described = (&'static str, &'static Location<'static>);

struct Callback<F> {
    function: Cell<Option<F>>,
    described: Described,
}

pub(super) fn callback<F: FnOnce() + 'static>(function: F, described: Described) -> Rc<dyn Call> {
    Rc::new(Callback { function: Cell::new(Some(function)), described })
}

impl<F: FnOnce()> Call for Callback<F> {
    fn call(&self) {
        if let Some(function) = self.function.take() {
            // The panic's message has been printed. The loop goes on: others depend on it. So does CPython's.
            drop(catch_unwind(AssertUnwindSafe(function)));
        }
    }

    fn cancel(&self) {
        drop(self.function.take());
    }

    fn describe(&self) -> Described {
        self.described
    }
}

/// What to do when a timer is due.
pub enum Due {
    /// Wake a task that sleeps.
    Wake(Waker),
    /// Call a function.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    Call(Rc<dyn Call>),
}

impl From<Waker> for Due {
    fn from(waker: Waker) -> Self {
        Due::Wake(waker)
    }
}

impl fmt::Debug for Due {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Due::Wake(_) => "Wake",
            Due::Call(_) => "Call",
        })
    }
}

/// A call that is to come. Dropping the handle changes nothing.
pub struct CallHandle(pub(super) Rc<dyn Call>);

impl CallHandle {
    /// The function will not be called, and is dropped now. Python: `handle.cancel()`.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl fmt::Debug for CallHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CallHandle({})", self.0.describe().1)
    }
}

/// A call that is to come at its time. Dropping the handle changes nothing.
pub struct TimerHandle {
    pub(super) call: CallHandle,
    pub(super) timers: Rc<RefCell<Timers<Due>>>,
    pub(super) timer: TimerId,
}

impl TimerHandle {
    /// The function will not be called; it and its timer are freed now. Python: `handle.cancel()`.
    pub fn cancel(&self) {
        let due = self.timers.borrow_mut().cancel(self.timer);
        self.call.cancel(); // also a call whose time has come and whose turn has not
        drop(due);
    }
}

impl fmt::Debug for TimerHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TimerHandle({})", self.call.0.describe().1)
    }
}
