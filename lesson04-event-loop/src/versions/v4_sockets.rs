//! Version 4: version 3, and tasks can wait for sockets.
//!
//! The thread must sleep in one place only. A loop parked on its own token would not hear the kernel, and one that asks the kernel would
//! not hear a waker. So it sleeps in the poller, and the alarm becomes an event that the poller reports as well.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use super::v2_ready_queue::Tasks;
use crate::event_loop::sources::Sources;
use crate::event_loop::timers::{Sleep, Timers};

/// The poller's token for the alarm. Sockets have small numbers.
const ALARM: Token = Token(usize::MAX);

/// Ends the poller's sleep.
struct Alarm(mio::Waker);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        // It fails only when the kernel holds too many wake-ups already; one is enough.
        let _ = self.0.wake();
    }
}

/// Tasks, timers and sockets.
pub struct Loop {
    /// As in version 2.
    pub tasks: Rc<Tasks>,
    /// To be handed to [`net`](crate::event_loop::net).
    pub sources: Rc<Sources>,
    timers: Rc<RefCell<Timers<Waker>>>,
}

impl Loop {
    /// Done when `delay` is over.
    pub fn sleep(&self, delay: Duration) -> Sleep<Waker> {
        Sleep::until(Instant::now() + delay, Rc::clone(&self.timers))
    }

    fn wake_due(&self) {
        let now = Instant::now();
        while let Some(waker) = { self.timers.borrow_mut().pop_due(now) } {
            waker.wake();
        }
    }
}

/// Runs tasks until all are done. `main` gets the loop, to make the first ones.
///
/// # Errors
/// If the system has no poller to spare, or it fails.
pub fn run(main: impl FnOnce(&Rc<Loop>)) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(256);
    let alarm = Alarm(mio::Waker::new(poll.registry(), ALARM)?);
    let this = Rc::new(Loop {
        tasks: Tasks::new(Waker::from(Arc::new(alarm))),
        sources: Sources::new(poll.registry().try_clone()?),
        timers: Rc::default(),
    });
    main(&this);
    while !this.tasks.is_empty() {
        this.wake_due();
        // Asked in every turn, also when tasks are ready: otherwise two that wake each other would keep all sockets waiting.
        let timeout = if this.tasks.run_ready() > 0 {
            Some(Duration::ZERO)
        } else {
            this.timers.borrow_mut().next_deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()))
        };
        match poll.poll(&mut events, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => events.iter().filter(|event| event.token() != ALARM).for_each(|event| this.sources.dispatch(event)),
        }
    }
    Ok(())
}
