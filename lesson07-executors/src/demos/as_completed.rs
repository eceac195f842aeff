//! **Claim**: Waiting in submit order is waiting for the slow one in front.
//!
//! **Python**:
//! ```python
//! for future in as_completed(futures): print(future.result())
//! done, pending = wait(futures, return_when=FIRST_EXCEPTION)
//! ```
//!
//! **Predict**: Jobs of 60, 20 and 40 ms start together. After how long has `map` its first result? And `as_completed`?
//!
//! **Try**: Give the pool two workers. When does the third job begin, and who notices?

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::blocks::{Lane, State, Stopwatch, Table, Timeline};
use common::format::seconds;
use common::{Figure, Lab, Verdict};
use parking_lot::Mutex;

use super::Busy;
use crate::pool::{Executor, JobError, JoinHandle, SubmitError, ThreadPool, Until, as_completed, wait};

/// How long the jobs take, in milliseconds.
const JOBS: [u64; 3] = [60, 20, 40];
/// Which of them fails, in the last way of waiting.
const FAILS: u64 = 40;

type Lanes = Arc<Mutex<Vec<Lane>>>;

/// Submits a job for each of `JOBS`, which sleeps so long.
fn submit_all(pool: &ThreadPool, clock: Stopwatch, lanes: &Lanes) -> Result<Vec<JoinHandle<u64>>, SubmitError> {
    let submit = |milliseconds| {
        let lanes = Arc::clone(lanes);
        pool.submit(move || {
            let mut lane = clock.lane(format!("job of {milliseconds} ms"));
            lane.enter(State::Sleeping);
            sleep(Duration::from_millis(milliseconds));
            lane.leave();
            lanes.lock().push(lane);
            if milliseconds == FAILS {
                resume_unwind(Box::new("on purpose")); // a panic, without the report on standard error
            }
            milliseconds
        })
    };
    JOBS.into_iter().map(submit).collect()
}

/// Waits in one of four ways until the first result is in hand: what came first.
fn first_of(way: usize, handles: Vec<JoinHandle<u64>>) -> Option<Result<u64, JobError>> {
    let first = |(done, _): (Vec<JoinHandle<u64>>, _)| done.into_iter().next().map(JoinHandle::result);
    match way {
        0 => handles.into_iter().next().map(JoinHandle::result),
        1 => as_completed(handles).next().map(JoinHandle::result),
        2 => first(wait(handles, Until::FirstCompleted)),
        _ => {
            let (done, _) = wait(handles, Until::FirstFailed);
            done.into_iter().find(JoinHandle::failed).map(JoinHandle::result)
        }
    }
}

/// Three jobs that end when told, the last one first; whether each is handed out when it has ended, and not before.
pub fn told_to_end_backwards(pool: &ThreadPool) -> Result<bool, SubmitError> {
    let busy: Vec<Busy> = (0..3).map(|_| Busy::keep(pool)).collect::<Result<_, _>>()?;
    let (handles, ends): (Vec<_>, Vec<_>) = busy.into_iter().map(Busy::split).unzip();
    let mut completed = as_completed(handles);
    let mut in_time = true;
    for end in ends.into_iter().rev() {
        drop(end); // lets it go
        in_time &= completed.next().is_some_and(|handle| handle.done());
    }
    Ok(in_time && completed.next().is_none())
}

/// Waits in four ways.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let pool = ThreadPool::new(JOBS.len())?;
    let ways = ["submit order, `map`", "`as_completed`", "first completed", "first failed"];
    let title = "Jobs of 60, 20 and 40 ms (which fails): the first result in hand";
    let mut table = Table::new(title, &["way of waiting", "after", "which"]);
    let mut times = Vec::new();
    for (way, name) in ways.into_iter().enumerate() {
        let (clock, lanes) = (Stopwatch::start(), Lanes::default());
        let mut caller = clock.lane("caller");
        caller.enter(State::Waiting);
        let start = Instant::now();
        let first = first_of(way, submit_all(&pool, clock, &lanes)?);
        let time = start.elapsed().as_secs_f64();
        caller.leave();
        let which = match first {
            Some(Ok(milliseconds)) => format!("{milliseconds} ms"),
            Some(Err(error)) => error.to_string(),
            None => "none".to_owned(),
        };
        table.row(&[&name, &seconds(time), &which]);
        times.push(time);
        // What still sleeps is to be in the picture too: all three end before the next way begins.
        while lanes.lock().len() < JOBS.len() {
            sleep(Duration::from_millis(1));
        }
        let lanes = std::mem::take(&mut *lanes.lock());
        lab.detail(Timeline::new(name, lanes.into_iter().chain([caller])));
    }
    lab.detail(table);
    let backwards = told_to_end_backwards(&pool)?;
    let order: Vec<_> = pool.map(JOBS, |milliseconds| milliseconds)?.flatten().collect();
    lab.prove("each is handed out as it ends; `map` keeps its order", backwards && order == JOBS, []);
    let figure = Figure::seconds("earlier by", times[0] - times[1]);
    lab.observe("`as_completed` has something first", Verdict::observed(times[1] < times[0]), [figure]);
    if let Some(python) = lab.python("executors.py", &["order"]) {
        let [map, completed] = ["map", "as_completed"].map(|name| seconds(python.figure(name)));
        lab.show(format!("{}: `map` after {map}, `as_completed` after {completed}", python.name()));
    }
    Ok(())
}
