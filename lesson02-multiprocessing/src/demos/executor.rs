//! **Claim**: Each job ends once, with its result or with an error that names it; a worker's death fails the jobs it
//! held and no others, and nothing is left behind.
//!
//! **Python**:
//! ```python
//! future = executor.submit(work, 7)
//! future.result(timeout=1)     # gives up waiting; the job goes on
//! os._exit(3)                  # in a worker: BrokenProcessPool, for everybody
//! ```
//!
//! **Predict**: A worker is killed while it computes, and 20 jobs wait. How many of them fail, in Python and here?
//!
//! **Try**: Give `Options` two in flight in `death`: how many jobs are lost with the worker now?

use std::num::NonZero;
use std::time::Duration;

use anyhow::{Context, bail};
use common::blocks::Table;
use common::{Figure, Lab, Verdict, measure};

use crate::executor::{Executor, Handle, OnDeath, Options, SubmitError, as_completed};
use crate::jobs::{EXIT, PANIC, PID, SLEEP, SQUARE};
use crate::pool::{JobError, Program};

/// How many jobs wait while a worker dies.
const WAITING: u64 = 20;
/// How long a job may run that would run for ever.
const LIMIT: Duration = Duration::from_millis(30);

/// Kills the worker of one job with others queued behind it. Its error, and how many of the others failed.
pub fn death(program: Program, on_death: OnDeath) -> anyhow::Result<(JobError, usize, bool)> {
    let executor = Executor::start(Options { on_death, ..Options::new(program.silent(), 1) })?;
    let fatal = executor.submit(&EXIT, &3)?;
    // A pool that is to break may be broken before all are submitted: then that says so.
    let squares: Vec<_> = (0..WAITING).map_while(|number| executor.submit(&SQUARE, &number).ok()).collect();
    let refused = WAITING as usize - squares.len();
    let failed = squares.into_iter().filter_map(|handle| handle.result().err()).count();
    let error = fatal.result().err().context("it cannot end well")?;
    let goes_on = match executor.submit(&SQUARE, &7) {
        Ok(handle) => matches!(handle.result(), Ok(49)),
        Err(SubmitError::Broken { .. }) => false,
        Err(error) => bail!(error),
    };
    Ok((error, failed + refused, goes_on))
}

/// A job that sleeps for a minute and is given a moment. Its error, and the workers before and after.
pub fn too_slow(program: Program) -> anyhow::Result<(JobError, u32, u32)> {
    let executor = Executor::start(Options::new(program, 1))?;
    let before = executor.submit(&PID, &())?.result()?;
    let slow = executor.submit_within(LIMIT, &SLEEP, &60_000)?;
    let error = slow.result().err().context("a minute is longer")?;
    Ok((error, before, executor.submit(&PID, &())?.result()?))
}

/// Waits a moment for a job that takes longer, then again. Whether it gave up, and got the result all the same.
pub fn give_up_waiting(program: Program) -> anyhow::Result<bool> {
    let executor = Executor::start(Options::new(program, 1))?;
    let slow = executor.submit(&SLEEP, &40)?;
    Ok(match slow.result_timeout(Duration::ZERO) {
        Err(slow) => slow.result()? == 40,
        Ok(_) => false,
    })
}

/// How many processes nine jobs need when each does three.
pub fn worn_out(program: Program) -> anyhow::Result<usize> {
    let most = NonZero::new(3);
    let executor = Executor::start(Options { max_tasks_per_child: most, ..Options::new(program, 1) })?;
    let mut processes: Vec<u32> = executor.map(&PID, [(); 9], 1)?.collect::<Result<_, _>>()?;
    processes.dedup();
    Ok(processes.len())
}

/// Cancels a queued job and a running one. Whether each could be.
pub fn cancel(program: Program) -> anyhow::Result<(bool, bool)> {
    let executor = Executor::start(Options::new(program, 1))?;
    let running = executor.submit(&SLEEP, &60_000)?;
    let queued = executor.submit(&SQUARE, &7)?;
    while !running.is_running() {
        std::thread::yield_now();
    }
    Ok((queued.cancel(), running.cancel()))
}

/// Drops an executor in the middle of a job of a minute. How many of its processes are left.
pub fn dropped(program: Program) -> anyhow::Result<usize> {
    let executor = Executor::start(Options::new(program, 2))?;
    let _long = executor.submit(&SLEEP, &60_000)?;
    let workers = executor.workers();
    drop(executor);
    Ok(workers.into_iter().filter(|&id| exists(id)).count())
}

/// Whether there is a process of that number, be it a zombie.
#[cfg(unix)]
pub fn exists(id: u32) -> bool {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    id.is_some_and(|id| rustix::process::test_kill_process(id).is_ok())
}

/// Windows cannot be asked so: a number may already be another's.
#[cfg(not(unix))]
pub fn exists(_: u32) -> bool {
    false
}

/// What can happen to a job.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let program = Program::this()?;
    let ((error, failed, goes_on), broken) =
        (death(program.clone(), OnDeath::FailItsJobs)?, death(program.clone(), OnDeath::BreakThePool)?);
    let executor = Executor::start(Options::new(program.clone(), 2))?;
    let panicked = executor.submit(&PANIC, &"no more paper".to_owned())?.result().err().context("it panics")?;
    let (late, before, after) = too_slow(program.clone())?;
    let mut table = Table::new("What a handle says", &["what happened", "the error"]);
    for (what, error) in [("panic", &panicked), ("exit", &error), ("too slow", &late)] {
        table.row(&[&what, &error]);
    }
    lab.detail(table);
    let named = error.job().name == EXIT.name
        && matches!(&error, JobError::WorkerDied { status, .. } if status.code() == Some(3));
    lab.prove(
        "a death fails its own job alone, by name",
        named && failed == 0 && goes_on,
        [Figure::count("others", failed as u64)],
    );
    lab.prove(
        "or, as in Python, all of them",
        broken.1 as u64 == WAITING && !broken.2,
        [Figure::count("others", broken.1 as u64)],
    );
    lab.prove("a panic comes back with its words", panicked.to_string().contains("no more paper"), []);
    let late = matches!(late, JobError::TimedOut { .. });
    lab.prove("out of time: killed and replaced", late && before != after, []);
    lab.prove("waiting can be given up and taken up", give_up_waiting(program.clone())?, []);
    let processes = worn_out(program.clone())?;
    lab.prove("nine jobs, three a process", processes == 3, [Figure::count("processes", processes as u64)]);
    lab.prove("cancelled if queued, not if running", cancel(program.clone())? == (true, false), []);
    lab.prove("dropped in the middle of a job: nobody is left", dropped(program)? == 0, []);
    let naps = [executor.submit(&SLEEP, &40)?, executor.submit(&SLEEP, &5)?];
    let order: Vec<u64> = as_completed(naps).map(Handle::result).collect::<Result<_, _>>()?;
    lab.observe("as completed: the quick one first", Verdict::observed(order == [5, 40]), []);
    let trip =
        measure::repeat(lab.runs(200), || executor.submit(&SQUARE, &7).map(|handle| handle.result().is_ok())).median;
    lab.observe("submit and wait", Verdict::observed(trip < 1e-3), [Figure::seconds("", trip)]);
    Ok(())
}
