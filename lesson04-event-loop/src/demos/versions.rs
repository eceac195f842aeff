//! **Claim**: An event loop is a queue, wakers that fill it, and one place to sleep.
//!
//! **Python**:
//! ```python
//! while ready or timers:          # asyncio/base_events.py, in short
//!     selector.select(timeout)
//!     run(ready)
//! ```
//!
//! **Predict**: A thousand tasks sleep, and one of them is woken. How many are polled: with one waker for all, with
//! one each?
//!
//! **Try**: In `v2_ready_queue.rs`, take the flag down after the poll instead of before it. Which test sees it?

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use common::{Figure, Lab, Verdict};

use crate::shown::versions as shown;
pub use crate::versions::in_use::{TASKS, a_switch, echo, polls_to_wake_one};
use crate::versions::{v1_block_on, v3_timers};

/// How long three tasks of version 3 sleep, in milliseconds.
const NAPS: [u64; 3] = [9, 3, 6];

/// Version 1: a future that another thread wakes.
pub fn one_future() -> u32 {
    let (mut started, done) = (false, std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)));
    v1_block_on::block_on(poll_fn(move |context| {
        // SeqCst stands here because nothing is gained by less.
        if done.load(std::sync::atomic::Ordering::SeqCst) {
            return Poll::Ready(42);
        }
        if !std::mem::replace(&mut started, true) {
            let (done, waker) = (done.clone(), context.waker().clone());
            std::thread::spawn(move || {
                done.store(true, std::sync::atomic::Ordering::SeqCst);
                waker.wake();
            });
        }
        Poll::Pending
    }))
}

/// Version 3: in which order three tasks wake.
pub fn naps() -> Vec<u64> {
    let order = Rc::new(std::cell::RefCell::new(Vec::new()));
    let noted = Rc::clone(&order);
    v3_timers::run(move |this| {
        for milliseconds in NAPS {
            let (nap, noted) = (this.sleep(Duration::from_millis(milliseconds)), noted.clone());
            this.tasks.spawn(async move {
                nap.await;
                noted.borrow_mut().push(milliseconds);
            });
        }
    });
    order.take()
}

/// One step after the other.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    lab.detail(shown::steps());
    lab.prove("v1, park: one future, woken by another thread", one_future() == 42, []);
    let polls = polls_to_wake_one();
    let figure = Figure::count("polls", polls as u64);
    lab.prove(format!("v2, a queue: 1 of {TASKS} is woken, 1 is polled"), polls == 1, [figure]);
    let mut sorted = NAPS;
    sorted.sort_unstable();
    let both = naps() == sorted && echo()? == b"hello";
    lab.prove("v3, timers, in order; v4, sockets, an echo comes back", both, []);
    let [second, fifth] = a_switch()?;
    let figures = [Figure::seconds("v2", second), Figure::seconds("v5", fifth)];
    lab.observe("v5, lean tasks: a switch costs less", Verdict::observed(fifth < second), figures);
    if let Some(python) = lab.python("versions.py", &[]) {
        lab.show(shown::beside(&python, fifth));
    }
    Ok(())
}
