//! **Claim**: One by one, most of what a job costs is falling asleep and being woken.
//!
//! **Python**:
//! ```python
//! with ThreadPoolExecutor(max_workers=2) as pool:
//!     future = pool.submit(work, 20)
//!     print(future.result())
//! ```
//!
//! **Predict**: A worker that waits for a job of its own pool: with one worker, does the program hang?
//!
//! **Try**: Set WORKERS to 1 and to 8. Which version gains, and which loses?

use std::sync::Arc;

use common::blocks::Table;
use common::format::{bytes, count};
use common::{Figure, Lab, Verdict, measure};

use crate::pool::condvar_queue::CondvarQueue;
use crate::pool::shared_receiver::SharedReceiver;
use crate::pool::{Executor, JobError, JoinHandle, ThreadPool, bytes_of_a_queued_job};

/// Workers of each pool.
const WORKERS: usize = 2;
/// Jobs one by one, and in a batch.
const JOBS: [u32; 2] = [500, 5_000];
/// `fib` of this makes 2,583 joins.
const FIB: u32 = 17;

/// Submits a job, waits for its result, submits the next. The sum of the results.
pub fn one_by_one(pool: &impl Executor, jobs: u32) -> anyhow::Result<u64> {
    let mut sum = 0;
    for number in 0..jobs {
        sum += u64::from(pool.submit(move || number)?.result()?);
    }
    Ok(sum)
}

/// Submits all, then waits for all.
pub fn batch(pool: &impl Executor, jobs: u32) -> anyhow::Result<u64> {
    let handles: Result<Vec<JoinHandle<u32>>, _> = (0..jobs).map(|number| pool.submit(move || number)).collect();
    handles?.into_iter().try_fold(0, |sum, handle| Ok(sum + u64::from(handle.result()?)))
}

/// A pool inside a pool: each job submits one and waits for it.
pub fn nested<P: Executor + Send + Sync + 'static>(pool: &Arc<P>, depth: u32) -> Result<u32, JobError> {
    if depth == 0 {
        return Ok(0);
    }
    let inner = Arc::clone(pool);
    let below = pool.submit(move || nested(&inner, depth - 1)).map_err(|_| JobError::Cancelled)?;
    Ok(1 + below.result()??)
}

/// Fork-join with jobs in boxes: version 3.
fn fib_in_boxes(pool: &Arc<ThreadPool>, n: u32) -> Result<u64, JobError> {
    if n < 2 {
        return Ok(n.into());
    }
    let inner = Arc::clone(pool);
    let second = pool.submit(move || fib_in_boxes(&inner, n - 2)).map_err(|_| JobError::Cancelled)?;
    Ok(fib_in_boxes(pool, n - 1)? + second.result()??)
}

/// Fork-join with jobs in the caller's frame: version 4. `join` takes two closures that may borrow.
fn fib_on_the_stack(pool: &ThreadPool, n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let (first, second) = pool.join(|| fib_on_the_stack(pool, n - 1), || fib_on_the_stack(pool, n - 2));
    first + second
}

/// Builds the table of versions, and nests.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (one, two) = (SharedReceiver::new(WORKERS)?, Arc::new(CondvarQueue::new(WORKERS)?));
    let three = Arc::new(ThreadPool::new(WORKERS)?);
    let mut table = Table::new(format!("Jobs a second, {WORKERS} workers"), &["version", "one by one", "a batch"]);
    let (mut wrong, mut singles) = (0, Vec::new());
    let mut row = |name: &str, work: [&dyn Fn(u32) -> anyhow::Result<u64>; 2]| {
        let rates = [0, 1].map(|which| {
            let jobs = lab.size(JOBS[which], 20 * JOBS[which]);
            let burst = || {
                let (sum, seconds) = measure::time(|| work[which](jobs));
                wrong += u32::from(sum.ok() != Some(u64::from(jobs) * u64::from(jobs - 1) / 2));
                f64::from(jobs) / seconds
            };
            measure::Summary::of(std::iter::repeat_with(burst).take(3).collect::<Vec<_>>()).median
        });
        table.row(&[&name, &count(rates[0] as u64), &count(rates[1] as u64)]);
        singles.push(rates[0]);
    };
    row("1 shared receiver", [&|jobs| one_by_one(&one, jobs), &|jobs| batch(&one, jobs)]);
    row("2 condvar queue", [&|jobs| one_by_one(&*two, jobs), &|jobs| batch(&*two, jobs)]);
    row("3 work stealing", [&|jobs| one_by_one(&*three, jobs), &|jobs| batch(&*three, jobs)]);
    if let Some(python) = lab.python("executors.py", &["submit"]) {
        let rates = ["one_by_one", "batch"].map(|name| count(python.figure(name) as u64));
        table.row(&[&python.name(), &rates[0], &rates[1]]);
        lab.show(format!("A queued job costs {} in Python.", bytes(python.figure("queued_bytes"))));
    }
    lab.show(table);
    lab.prove("three versions: every job runs, every result is its own", wrong == 0, []);
    let size = Figure::bytes("each", bytes_of_a_queued_job::<u32, u32>() as u64);
    lab.prove("a queued job is one allocation and a place in a deque", size.value < 200.0, [size]);
    let gain = Figure::ratio("3 over 2", singles[2] / singles[1]);
    lab.observe("one by one, asking before sleeping pays", Verdict::observed_on_cores(2, gain.value > 1.0), [gain]);
    let nested_in = |wait: Result<u32, JobError>| wait == Err(JobError::WouldDeadlock);
    let refused = (Arc::clone(&two), Arc::clone(&three));
    let blocked = nested_in(two.submit(move || nested(&refused.0, 20))?.result()?);
    let helped = three.submit(move || nested(&refused.1, 20))?.result()?;
    lab.prove("nested 20 deep: 2 says `WouldDeadlock`, 3 helps while it waits", blocked && helped == Ok(20), []);
    fork_join(lab, &three)
}

/// The same sum in boxes and on the stack.
fn fork_join(lab: &mut Lab, pool: &Arc<ThreadPool>) -> anyhow::Result<()> {
    let inner = Arc::clone(pool);
    let (boxes, in_boxes) = measure::time(|| pool.submit(move || fib_in_boxes(&inner, FIB)).map(JoinHandle::result));
    let (stack, on_the_stack) = measure::time(|| pool.install(|| fib_on_the_stack(pool, FIB)));
    anyhow::ensure!(boxes? == Ok(Ok(1_597)) && stack == Ok(1_597), "`fib({FIB})` is 1,597");
    let gain = Figure::ratio("quicker", in_boxes / on_the_stack);
    lab.observe("fork-join: jobs on the stack need no box", Verdict::observed(gain.value > 1.0), [gain]);
    Ok(())
}
