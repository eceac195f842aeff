//! **Claim**: A time-out ends the waiting, not the job.
//!
//! **Python**:
//! ```python
//! try: future.result(timeout=0.02)
//! except TimeoutError: ...          # the job runs on, and keeps its worker
//! ```
//!
//! **Predict**: One worker, a job of 100 ms, `result_timeout(20 ms)`, then a job of nothing. When is the second one done?
//!
//! **Try**: Let `looks_at_its_token` look only every 50 ms. What does the caller notice?

use std::sync::mpsc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::blocks::{Lane, State, Stopwatch, Table, Timeline};
use common::format::seconds;
use common::{Figure, Lab, Verdict};

use super::Busy;
use crate::pool::{Cancel, Executor, SubmitError, ThreadPool, TimedOut, Token};

/// How long the job takes if nobody stops it.
const JOB: Duration = Duration::from_millis(100);
/// How long the caller waits.
const PATIENCE: Duration = Duration::from_millis(20);

/// A job that takes `JOB` and looks at nothing.
fn looks_at_nothing(_: Token<'_>) {
    sleep(JOB);
}

/// The same in small steps, with a look at the token before each.
fn looks_at_its_token(token: Token<'_>) {
    let end = Instant::now() + JOB;
    while !token.is_cancelled() && Instant::now() < end {
        sleep(Duration::from_millis(1));
    }
}

/// Gives up waiting for a job, cancels it, and asks for another: when each happened, and what the worker did.
fn give_up(pool: &ThreadPool, job: fn(Token<'_>)) -> Result<(f64, f64, Vec<Lane>), SubmitError> {
    let clock = Stopwatch::start();
    let (mut caller, (lane, worker)) = (clock.lane("caller"), mpsc::channel());
    let first = pool.submit_cancellable(move |token| {
        let mut worker = clock.lane("worker");
        worker.enter(State::Running);
        job(token);
        worker.leave();
        let _ = lane.send(worker);
    })?;
    caller.enter(State::Waiting);
    let gave_up = match first.result_timeout(PATIENCE) {
        Ok(_) => 0.0, // it was through before, on a machine that stood still
        Err(TimedOut(handle)) => {
            handle.cancel();
            clock.seconds()
        }
    };
    caller.enter(State::Io); // it asks for something else, of the same pool
    let second = pool.submit(|| ())?.result();
    caller.leave();
    let _ = second;
    Ok((gave_up, clock.seconds(), worker.into_iter().chain([caller]).collect()))
}

/// A job that surely outlasts the waiting: whether it is still running afterwards, and what comes of it in the end.
pub fn outlasts_its_waiter(pool: &ThreadPool) -> Result<(bool, bool), SubmitError> {
    let (handle, let_go) = Busy::keep(pool)?.split();
    let TimedOut(handle) = match handle.result_timeout(Duration::from_millis(1)) {
        Ok(_) => return Ok((false, false)),
        Err(timed_out) => timed_out, // the handle comes back: nothing is lost but patience
    };
    let still_runs = handle.running() && handle.cancel() == Cancel::Asked;
    drop(let_go);
    Ok((still_runs, handle.result() == Ok("its result")))
}

/// Gives up twice.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let pool = ThreadPool::new(1)?;
    let title = format!("One worker, a job of {JOB:?}, a caller who waits {PATIENCE:?}, then cancels");
    let mut table = Table::new(title, &["the job", "gave up after", "worker free after"]);
    let mut frees = Vec::new();
    for (name, job) in
        [("looks at nothing", looks_at_nothing as fn(Token<'_>)), ("looks at its token", looks_at_its_token)]
    {
        let (gave_up, free, lanes) = give_up(&pool, job)?;
        table.row(&[&name, &seconds(gave_up), &seconds(free)]);
        lab.detail(Timeline::new(format!("A job that {name}; the caller then asks for another"), lanes));
        frees.push(free);
    }
    lab.detail(table);
    let (still_runs, result) = outlasts_its_waiter(&pool)?;
    lab.prove("the job runs on; the handle came back, and later has the result", still_runs && result, []);
    let figure = Figure::seconds("earlier by", frees[0] - frees[1]);
    lab.observe("a job that looks gives its worker back", Verdict::observed(frees[1] < frees[0]), [figure]);
    if let Some(python) = lab.python("executors.py", &["timeout"]) {
        let went_on = if python.figure("went_on") > 0.0 { "went on" } else { "did not go on" };
        let gave_up = seconds(python.figure("gave_up"));
        lab.show(format!("{}: gave up after {gave_up}; the job {went_on}", python.name()));
    }
    Ok(())
}
