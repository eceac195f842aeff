//! **Claim**: What is queued can be cancelled for good; what runs can only be asked.
//!
//! **Python**:
//! ```python
//! future.cancel()                        # False once it runs: nothing can be done
//! pool.shutdown(cancel_futures=True)     # the queued ones
//! ```
//!
//! **Predict**: A pool is dropped while ten jobs are queued. Are they run, cancelled or forgotten?
//!
//! **Try**: Write `Queued::Finish` in `end`. Why does it hang now? (`wait_for_all` waits for whom?)

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use common::Lab;
use common::blocks::Table;

use super::Busy;
use crate::pool::{Cancel, Executor, JobError, JoinHandle, Queued, SubmitError, ThreadPool};

/// How many jobs are queued when the pool ends.
const QUEUED: usize = 10;

/// Cancels one job that is queued and one that runs: what `cancel` says, and what becomes of them.
pub fn cancel_both() -> anyhow::Result<[(Cancel, Result<&'static str, JobError>); 2]> {
    let pool = ThreadPool::new(1)?;
    let busy = Busy::keep(&pool)?;
    let queued = pool.submit(|| "must not run")?;
    let said = [queued.cancel(), busy.handle.cancel()];
    Ok([(said[0], queued.result()), (said[1], busy.let_go().result())])
}

/// Cancels a running job that looks at its token.
pub fn cancel_one_that_looks() -> anyhow::Result<(Cancel, Result<&'static str, JobError>)> {
    let pool = ThreadPool::new(1)?;
    let looks = pool.submit_cancellable(|token| {
        while !token.is_cancelled() {
            thread::yield_now();
        }
        "stopped half way"
    })?;
    while !looks.running() {
        thread::yield_now();
    }
    Ok((looks.cancel(), looks.result()))
}

/// Ends a pool with jobs in its queue, by dropping it or by a shutdown: how many ran, and how many were cancelled.
pub fn end(shut_down: bool) -> anyhow::Result<(usize, usize)> {
    let (pool, ran) = (ThreadPool::new(1)?, Arc::new(AtomicUsize::new(0)));
    let busy = Busy::keep(&pool)?;
    let submit = |_| {
        let ran = Arc::clone(&ran);
        pool.submit(move || _ = ran.fetch_add(1, Relaxed)) // Relaxed: read after the handles were waited for
    };
    let handles: Vec<JoinHandle<()>> = (0..QUEUED).map(submit).collect::<Result<_, _>>()?;
    let ending = thread::spawn(move || {
        if shut_down {
            pool.shutdown(Queued::Cancel);
        } // and here it is dropped
    });
    if shut_down {
        // They are cancelled while the only worker is still busy.
        wait_for_all(&handles);
    }
    drop(busy.let_go());
    let cancelled = handles.into_iter().map(JoinHandle::result).filter(|result| *result == Err(JobError::Cancelled));
    let cancelled = cancelled.count();
    let _ = ending.join();
    Ok((ran.load(Relaxed), cancelled))
}

fn wait_for_all(handles: &[JoinHandle<()>]) {
    while !handles.iter().all(JoinHandle::done) {
        thread::yield_now();
    }
}

/// One worker, a panic between two jobs: the three results.
pub fn panic_between() -> anyhow::Result<[Result<u32, JobError>; 3]> {
    let pool = ThreadPool::new(1)?;
    let submit = |number: u32| {
        pool.submit(move || match number {
            1 => resume_unwind(Box::new("its own words")), // a panic, without the report on standard error
            number => number,
        })
    };
    let handles: Result<Vec<JoinHandle<u32>>, SubmitError> = (0..3).map(submit).collect();
    let mut results = handles?.into_iter().map(JoinHandle::result);
    Ok([0; 3].map(|_| results.next().unwrap_or(Err(JobError::Cancelled))))
}

/// Cancels, ends, panics.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let mut table = Table::new("What `cancel` says, and what comes of it", &["the job", "said", "result"]);
    let [queued, running] = cancel_both()?;
    let looks = cancel_one_that_looks()?;
    for (name, (said, result)) in [("is queued", &queued), ("runs", &running), ("runs and looks", &looks)] {
        let result = result.as_ref().map_or_else(ToString::to_string, |result| (*result).to_owned());
        table.row(&[&name, &format!("{said:?}"), &result]);
    }
    lab.detail(table);
    let for_good = queued == (Cancel::Cancelled, Err(JobError::Cancelled));
    let asked = running == (Cancel::Asked, Ok("its result")) && looks == (Cancel::Asked, Ok("stopped half way"));
    lab.prove("queued: it never runs; running: it goes on, unless it looks", for_good && asked, []);
    let (dropped, shut) = (end(false)?, end(true)?);
    let ends = dropped == (QUEUED, 0) && shut == (0, QUEUED);
    lab.prove("dropping a pool runs what is queued; `Queued::Cancel` runs none", ends, []);
    let [before, failed, after] = panic_between()?;
    let own = failed == Err(JobError::Panicked("its own words".to_owned()));
    lab.prove("a panic is its own job's error; the worker lives on", own && (before, after) == (Ok(0), Ok(2)), []);
    if let Some(python) = lab.python("executors.py", &["cancellation"]) {
        let said = ["queued_cancelled", "running_cancelled"].map(|name| python.figure(name) > 0.0);
        lab.show(format!("{}: queued.cancel() is {}, running.cancel() is {}", python.name(), said[0], said[1]));
    }
    Ok(())
}
