//! **Claim**: What blocks, blocks every task of its loop; in a pool, only a worker.
//!
//! **Python**:
//! ```python
//! result = await loop.run_in_executor(None, blocking)   # or asyncio.to_thread(blocking)
//! ```
//!
//! **Predict**: A heartbeat every 2 ms, and a task that computes for 60 ms. How late is the latest beat?
//!
//! **Try**: Let CALLS be 600, and look at `spawn_blocking` and the bounded pool. Who keeps the heartbeat?

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use common::blocks::{Lines, Table};
use common::format::seconds;
use common::measure::percentile;
use common::work::Work;
use common::{Figure, Lab, Verdict};
use futures::future::join_all;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::pool::{Executor, SubmitError, ThreadPool};

/// The heart beats so often.
const BEAT: Duration = Duration::from_millis(2);
/// How many things there are to compute, each for so long.
const CALLS: usize = 6;
const CALL: Duration = Duration::from_millis(10);
/// Workers of the bounded pool, and places in its queue.
const BOUND: [usize; 2] = [1, 8];

/// rayon behind a channel: the task waits, and the loop goes on.
pub async fn on_rayon<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    let (tell, result) = oneshot::channel();
    rayon::spawn(move || _ = tell.send(job())); // an error says that the task was dropped: nobody wants the result
    Ok(result.await?) // an error says that the job panicked, and dropped its end
}

/// A pool with a bound behind the same channel. A full queue is an error now, not a delay later: back-pressure.
pub async fn on_a_bounded_pool<T: Send + 'static>(
    pool: &ThreadPool,
    job: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let (tell, result) = oneshot::channel();
    drop(pool.try_submit(move || _ = tell.send(job()))?); // dropping the handle lets the job go on
    Ok(result.await?)
}

/// How late each beat was, by time since the start, while the calls are made in this way.
async fn heartbeat<F: Future<Output = anyhow::Result<u64>>>(calls: Vec<F>) -> anyhow::Result<Vec<(f64, f64)>> {
    let (beats, start) = (Arc::new(parking_lot::Mutex::new(Vec::new())), Instant::now());
    let recorded = Arc::clone(&beats);
    let heart = tokio::spawn(async move {
        let mut due = interval(BEAT);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let planned = due.tick().await;
            recorded.lock().push((start.elapsed().as_secs_f64(), planned.elapsed().as_secs_f64()));
        }
    });
    sleep(5 * BEAT).await;
    for result in join_all(calls).await {
        result?;
    }
    sleep(5 * BEAT).await;
    heart.abort();
    Ok(std::mem::take(&mut *beats.lock()))
}

/// The blocking call ends only when the loop has run on; and goes back into the loop by `Handle::block_on`.
pub async fn the_loop_runs_on() -> anyhow::Result<u32> {
    let (ticks, ticked) = std::sync::mpsc::channel();
    let handle = tokio::runtime::Handle::current();
    let blocking = tokio::task::spawn_blocking(move || {
        let seen = ticked.into_iter().count() as u32; // blocks until the loop has sent all and dropped its end
        handle.block_on(async move { seen * 2 })
    });
    for tick in 0..10 {
        ticks.send(tick)?;
        tokio::task::yield_now().await;
    }
    drop(ticks);
    Ok(blocking.await?)
}

/// Submits more than fit: how many were refused, and the most that ran at once.
pub async fn overload(pool: Arc<ThreadPool>) -> (usize, usize) {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let call = |_| {
        let (pool, running, most) = (Arc::clone(&pool), Arc::clone(&running), Arc::clone(&most));
        async move {
            let job = move || {
                most.fetch_max(running.fetch_add(1, Relaxed) + 1, Relaxed);
                std::thread::sleep(Duration::from_millis(1));
                running.fetch_sub(1, Relaxed);
            };
            on_a_bounded_pool(&pool, job).await.err().is_some_and(|error| error.is::<SubmitError>())
        }
    };
    let refused = join_all((0..50).map(call)).await.into_iter().filter(|refused| *refused).count();
    (refused, most.load(Relaxed))
}

/// Four ways.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let pool = Arc::new(ThreadPool::builder(BOUND[0]).capacity(BOUND[1]).build()?);
    let work = Work::taking(CALL);
    let call = move || work.run();
    let (inner, on_pool) = (0..CALLS, Arc::clone(&pool));
    let ways: [(&str, Vec<(f64, f64)>); 4] = [
        ("inline", runtime.block_on(heartbeat(inner.clone().map(|_| async move { Ok(call()) }).collect()))?),
        (
            "spawn_blocking",
            runtime.block_on(heartbeat(
                inner.clone().map(|_| async move { Ok(tokio::task::spawn_blocking(call).await?) }).collect(),
            ))?,
        ),
        ("rayon + oneshot", runtime.block_on(heartbeat(inner.clone().map(|_| on_rayon(call)).collect()))?),
        ("bounded pool", runtime.block_on(heartbeat(inner.map(|_| on_a_bounded_pool(&on_pool, call)).collect()))?),
    ];
    let title = format!("A heartbeat every {BEAT:?} beside {CALLS} computations of {CALL:?}");
    let mut table = Table::new(&*title, &["way", "beats", "late: median", "latest"]);
    let mut lines = Lines::new(&title, "seconds", "late, ms");
    for (name, beats) in &ways {
        let late: Vec<f64> = beats.iter().map(|(_, late)| *late).collect();
        let [median, most] = [0.5, 1.0].map(|share| seconds(percentile(&late, share)));
        table.row(&[name, &late.len(), &median, &most]);
        lines.series(name, beats.iter().map(|(when, late)| (*when, late * 1e3)));
    }
    lab.detail(table);
    lab.detail(lines);
    let latest = |way: usize| ways[way].1.iter().map(|(_, late)| *late).fold(0.0, f64::max);
    let all = CALL.as_secs_f64() * CALLS as f64;
    let figures = [Figure::seconds("inline", latest(0)), Figure::seconds("bounded pool", latest(3))];
    lab.observe("inline, the heart stops", Verdict::observed(latest(0) > all / 2.0), figures);
    let twice = runtime.block_on(the_loop_runs_on())?;
    lab.prove("the loop runs while a blocking call waits for it", twice == 20, []);
    let (refused, most) = runtime.block_on(overload(pool));
    let figures = [Figure::count("refused", refused as u64), Figure::count("at once", most as u64)];
    lab.prove("a bounded pool refuses what is too much", refused > 0 && most <= BOUND[0], figures);
    if let Some(python) = lab.python("executors.py", &["run-in-executor"]) {
        let [inline, handed] = ["inline", "run_in_executor"].map(|name| seconds(python.figure(name)));
        lab.show(format!("{}: latest beat, inline {inline}, run_in_executor {handed}", python.name()));
    }
    Ok(())
}
