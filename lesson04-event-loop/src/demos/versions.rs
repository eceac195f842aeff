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

use common::blocks::Table;
use common::{Figure, Lab, Verdict, measure};

use crate::event_loop::EventLoop;
use crate::solutions::yield_now::yield_now;
pub use crate::versions::in_use::{TASKS, echo, polls_to_wake_one};
use crate::versions::{v1_block_on, v2_ready_queue, v3_timers};

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

/// Version 5, beside version 2: how long a switch from one task to another takes in each, in seconds.
pub fn a_switch() -> std::io::Result<[f64; 2]> {
    const SWITCHES: usize = 100;
    async fn switches() {
        for _ in 0..SWITCHES {
            yield_now().await;
        }
    }
    let event_loop = EventLoop::new()?;
    let mut second =
        || measure::time(|| v2_ready_queue::run(|tasks| (0..TASKS).for_each(|_| tasks.spawn(switches())))).1;
    let mut fifth = || {
        let spawner = event_loop.handle();
        let all = async move {
            let tasks: Vec<_> = (0..TASKS).map(|_| spawner.create_task(switches())).collect();
            for task in tasks {
                task.await.expect("it only switches");
            }
        };
        measure::time(|| event_loop.run_until_complete(all).expect("nobody stops it")).1
    };
    let times = measure::interleave(3, [&mut second, &mut fifth]);
    Ok(times.map(|time| time.median / (TASKS * SWITCHES) as f64))
}

/// One step after the other.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let mut table = Table::new("The same loop, five times", &["version", "sleeps in", "cannot"]);
    table.row(&[&"1 block_on", &"park", &"a second task"]);
    table.row(&[&"2 ready queue", &"park", &"wait for a time"]);
    table.row(&[&"3 timers", &"park_timeout", &"wait for a socket"]);
    table.row(&[&"4 sockets", &"the poller", &"let a thread call in cheaply"]);
    table.row(&[&"5 event loop (core)", &"the poller", &"take the core from a task"]);
    lab.detail(table);
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
        let mut table = Table::new("Beside Python", &["a switch", "time"]);
        table.row(&[&"version 5", &common::format::seconds(fifth)]);
        table.row(&[
            &format!("a loop of 40 lines, {}", python.name()),
            &common::format::seconds(python.figure("own_switch")),
        ]);
        table.row(&[&format!("asyncio, {}", python.name()), &common::format::seconds(python.figure("asyncio_switch"))]);
        lab.show(table);
    }
    Ok(())
}
