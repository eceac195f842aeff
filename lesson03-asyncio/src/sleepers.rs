//! Very many that sleep, on one thread: as tasks, and as futures in one task.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::runtime::Builder;
use tokio::task::{unconstrained, yield_now};
use tokio::time::sleep;

use crate::heap;

/// How long each sleeps: longer than starting them takes.
const SLEEP: Duration = Duration::from_secs(3600);

thread_local! {
    /// How many sleepers of this thread have been polled: the runtime has one thread, so a plain cell counts right.
    static ASLEEP: Cell<usize> = const { Cell::new(0) };
}

async fn sleeper() {
    ASLEEP.set(ASLEEP.get() + 1);
    sleep(SLEEP).await;
}

/// What so many sleepers cost: seconds until all of them sleep, and bytes each, counted.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Until the last of them was asleep.
    pub seconds: f64,
    /// Of the heap, for each; 0 where the program does not count.
    pub bytes: f64,
}

/// Starts sleepers as tasks, and lets each run until it sleeps.
pub fn tasks(count: usize) -> io::Result<Cost> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    Ok(runtime.block_on(async {
        ASLEEP.set(0);
        let (before, start) = (heap::live(), Instant::now());
        (0..count).for_each(|_| drop(tokio::spawn(sleeper())));
        while ASLEEP.get() < count {
            yield_now().await; // one yield is not enough: this comes back after 61 other tasks
        }
        let seconds = start.elapsed().as_secs_f64();
        Cost { seconds, bytes: (heap::live() - before) as f64 / count as f64 }
    }))
}

/// The same as futures in one task, polled when they are woken: no spawning, no handles, one core.
pub fn futures(count: usize) -> io::Result<Cost> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    Ok(runtime.block_on(async {
        ASLEEP.set(0);
        let (before, start) = (heap::live(), Instant::now());
        // tokio puts a task off that does more than 128 things in one turn. These are all in one task, and each is to
        // set its timer now: unconstrained.
        let mut all: FuturesUnordered<_> = (0..count).map(|_| unconstrained(sleeper())).collect();
        poll_fn(|context| Poll::Ready(all.poll_next_unpin(context).is_pending())).await;
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(ASLEEP.get(), count, "each has been polled");
        Cost { seconds, bytes: (heap::live() - before) as f64 / count as f64 }
    }))
}
