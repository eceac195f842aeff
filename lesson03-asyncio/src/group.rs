//! Structured concurrency, `asyncio.TaskGroup`: tasks that end with the function that began them.

use std::panic::resume_unwind;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::demos::on_virtual_time;

/// How many workers a group has.
pub const WORKERS: usize = 3;
/// How many steps each worker takes, a millisecond each.
pub const STEPS: usize = 3;
const STEP: Duration = Duration::from_millis(1);

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It took all its steps.
    Finished,
    /// It was told to stop, and cleaned up before it did.
    CleanedUp,
}

/// What goes wrong in one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It returns an error.
    Error,
    /// It panics.
    Panic,
}

async fn worker(trouble: Option<(usize, Trouble)>, token: CancellationToken) -> Result<Ended, &'static str> {
    for step in 0..STEPS {
        match trouble {
            Some((when, Trouble::Error)) if when == step => return Err("on purpose"),
            Some((when, Trouble::Panic)) if when == step => resume_unwind(Box::new("on purpose")),
            _ => {}
        }
        tokio::select! {
            () = token.cancelled() => {
                sleep(STEP).await; // cleaning up may await: the worker is asked to stop, not dropped
                return Ok(Ended::CleanedUp);
            }
            () = sleep(STEP) => {}
        }
    }
    Ok(Ended::Finished)
}

/// Structured concurrency: workers that end with their group. The first failure stops the others; the group returns
/// when the last has ended, and says how each did that did not fail.
pub async fn group(trouble: Option<(usize, usize, Trouble)>) -> (Vec<Ended>, usize) {
    let (token, mut workers) = (CancellationToken::new(), JoinSet::new());
    for number in 0..WORKERS {
        let trouble = trouble.filter(|it| it.0 == number).map(|(_, when, what)| (when, what));
        workers.spawn(worker(trouble, token.clone()));
    }
    let (mut ended, mut failures) = (Vec::new(), 0);
    while let Some(result) = workers.join_next().await {
        match result {
            Ok(Ok(how)) => ended.push(how),
            Ok(Err(_)) | Err(_) => {
                failures += 1;
                token.cancel();
            }
        }
    }
    (ended, failures)
}

/// Every worker, at every step, fails in both ways: how many groups there were, and in how many all others cleaned up
/// and no task was left.
pub fn every_failure(runtime: &Runtime) -> (u64, u64) {
    let (mut groups, mut whole) = (0, 0);
    for number in 0..WORKERS {
        for step in 0..STEPS {
            for trouble in [Trouble::Error, Trouble::Panic] {
                let (ended, failures) = runtime.block_on(group(Some((number, step, trouble))));
                groups += 1;
                let others = ended == [Ended::CleanedUp; WORKERS - 1];
                whole += u64::from(others && failures == 1 && runtime.metrics().num_alive_tasks() == 0);
            }
        }
    }
    (groups, whole)
}

/// How many tasks still live when a set of them goes out of scope, and when it does not: a set aborts what it holds.
///
/// # Errors
/// If there is no runtime to be had.
pub fn a_set_is_dropped() -> std::io::Result<[usize; 2]> {
    on_virtual_time()?.block_on(async {
        let mut set = JoinSet::new();
        (0..10).for_each(|_| drop(set.spawn(sleep(Duration::from_secs(3600)))));
        yield_now().await;
        let alive = || Handle::current().metrics().num_alive_tasks();
        let before = alive();
        drop(set);
        yield_now().await;
        Ok([before, alive()])
    })
}
