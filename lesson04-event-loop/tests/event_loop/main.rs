//! What the loop promises: order, ends, errors, and that everything which goes in comes out or is dropped, once.

use common::within;
use lesson04_event_loop::event_loop::timers::Timers;
use lesson04_event_loop::event_loop::{Closed, EventLoop, JoinError, RunError, get_event_loop, listen, sleep};
use lesson04_event_loop::solutions::yield_now::yield_now;
use lesson04_event_loop::versions::{v1_block_on, v2_ready_queue, v3_timers, v4_sockets};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

mod ends;
mod tasks;
mod threads;
mod timers;
mod versions;

const LIMIT: Duration = Duration::from_secs(60);

/// Runs a test in a thread of its own: nobody else's loop, and a hang is a failure.
fn alone(test: impl FnOnce() + Send + 'static) {
    within(LIMIT, test);
}

fn new() -> EventLoop {
    EventLoop::new().expect("the system has a poller to spare")
}

/// Counts how often it is dropped.
#[derive(Clone)]
struct Dropped(Rc<Cell<usize>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn counter() -> Rc<Cell<usize>> {
    Rc::default()
}

async fn async_note(note: impl FnOnce()) {
    note();
}

async fn first_of<A: Future, B: Future>(a: A, b: B) {
    let (mut a, mut b) = (Box::pin(a), Box::pin(b));
    poll_fn(|context| {
        let over = a.as_mut().poll(context).is_ready() || b.as_mut().poll(context).is_ready();
        if over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
