//! Version 3: version 2, and tasks can wait for a time.
//!
//! The one new line is the one that sleeps: not until it is woken, but until the next deadline at the latest.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use super::v1_block_on::Unpark;
use super::v2_ready_queue::Tasks;
use crate::event_loop::timers::{Sleep, Timers};

/// Tasks and timers.
pub struct Loop {
    /// As in version 2.
    pub tasks: Rc<Tasks>,
    timers: Rc<RefCell<Timers<Waker>>>,
}

impl Loop {
    /// Done when `delay` is over.
    pub fn sleep(&self, delay: Duration) -> Sleep<Waker> {
        Sleep::until(Instant::now() + delay, Rc::clone(&self.timers))
    }

    /// Wakes those whose time has come.
    fn wake_due(&self) {
        let now = Instant::now();
        // The borrow ends before the wake-up: a waker may do anything.
        while let Some(waker) = { self.timers.borrow_mut().pop_due(now) } {
            waker.wake();
        }
    }
}

/// Runs tasks until all are done. `main` gets the loop, to make the first ones.
pub fn run(main: impl FnOnce(&Rc<Loop>)) {
    let alarm = Waker::from(Arc::new(Unpark(thread::current())));
    let this = Rc::new(Loop { tasks: Tasks::new(alarm), timers: Rc::default() });
    main(&this);
    while !this.tasks.is_empty() {
        this.wake_due();
        if this.tasks.run_ready() == 0 {
            let next = this.timers.borrow_mut().next_deadline();
            match next {
                Some(deadline) => thread::park_timeout(deadline.saturating_duration_since(Instant::now())),
                None => thread::park(),
            }
        }
    }
}
