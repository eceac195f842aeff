//! **Claim**: A pool shares few connections, loses none, and says no in time.
//!
//! **Python**:
//! ```python
//! pool = await asyncpg.create_pool(min_size=10, max_size=10)
//! async with pool.acquire(timeout=2) as connection: ...    # given back by __aexit__, also when cancelled
//! ```
//!
//! **Predict**: 64 clients, and a database that is 1 ms away. Throughput with 1, 4, 16 and 64 connections? And if it
//! is a file on this machine?
//!
//! **Try**: Put the database 10 ms away. How many connections does it take now to keep a core busy?

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use common::{Figure, Lab, Scratch, Verdict};
use tokio::time::{Instant, timeout};

use super::{on_virtual_time, two_workers};
use crate::pool::{Pool, PoolError, one_by_hand};
use crate::shown::pool as shown;
use crate::store::trials::{CLIENTS, by_size, inserts, left_after_hanging_up, server_by_size};
use crate::store::{OneMutex, PATIENCE, Store};

/// How many connections there are for 64 clients.
const SIZES: [usize; 4] = [1, 4, 16, 64];

/// Sixteen holders, each cancelled while it holds one of sixteen; how many are left of each version of the pool.
pub fn left_after_cancelling() -> (usize, usize) {
    let (by_hand, guarded) = (one_by_hand::Pool::new(0..16), Pool::new(0..16));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..16 {
        let mut first = pin!(async {
            let Some(item) = by_hand.take().await else { return };
            tokio::task::yield_now().await; // here it is cancelled
            by_hand.give_back(item);
        });
        let second = async {
            let _guard = guarded.acquire(PATIENCE).await;
            std::future::pending::<()>().await; // and here
        };
        let _ = first.as_mut().poll(&mut context);
        // The time-out needs a clock, so this one runs where there is one.
        let runtime = on_virtual_time().expect("a runtime");
        runtime.block_on(async { drop(timeout(Duration::from_millis(1), second).await) });
    }
    (by_hand.idle(), guarded.idle())
}

/// All wait for the one connection that somebody keeps: what each is told, and after how long.
pub fn told_in_time() -> std::io::Result<bool> {
    on_virtual_time()?.block_on(async {
        let pool = Pool::new([()]);
        let _kept = pool.acquire(PATIENCE).await;
        let start = Instant::now();
        let waiters = (0..CLIENTS).map(|_| async {
            let refused = pool.acquire(PATIENCE).await.err();
            refused == Some(PoolError::TimedOut(PATIENCE)) && start.elapsed() == PATIENCE
        });
        Ok(futures::future::join_all(waiters).await.into_iter().all(|told| told))
    })
}

/// Cancels, hangs up, waits, measures.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let file = scratch.path().join("notes.db");
    let length = lab.size(Duration::from_millis(80), Duration::from_secs(1));
    let (by_hand, guarded) = left_after_cancelling();
    let figures = [Figure::count("by hand", by_hand as u64), Figure::count("guarded", guarded as u64)];
    lab.prove("16 holders cancelled: left of 16", by_hand == 0 && guarded == 16, figures);
    lab.prove("64 wait in vain: told in time", told_in_time()?, [Figure::seconds("", PATIENCE.as_secs_f64())]);
    two_workers()?.block_on(async {
        let left = left_after_hanging_up(&file, 4).await?;
        lab.prove("64 clients hang up: left of 4", left == 4, [Figure::count("", left as u64)]);

        let near = by_size(&file, Duration::ZERO, &SIZES, length).await?;
        let far = by_size(&file, Duration::from_millis(1), &SIZES, length).await?;
        let distances = [("a file", near.as_slice()), ("1 ms away", far.as_slice())];
        lab.detail(shown::costs("64 clients: reads a second, p99", &SIZES, &distances));
        lab.detail(shown::rates(&SIZES, &distances));
        let figures = [Figure::ratio("1 ms away", far[2].0 / far[0].0), Figure::ratio("a file", near[2].0 / near[0].0)];
        lab.observe("16 connections for 1", Verdict::observed(far[2].0 > 4.0 * far[0].0), figures);
        let best = near[..3].iter().map(|result| result.0).fold(0.0, f64::max);
        let figures = [Figure::ratio("", near[3].0 / best)];
        lab.observe("64 are no more than the best of fewer", Verdict::observed(near[3].0 < 1.1 * best), figures);

        let [one, actor] = ["one.db", "actor.db"].map(|name| scratch.path().join(name));
        let (one, actor) = (Store::OneMutex(OneMutex::open(&one)?), Store::embedded(&actor, 1)?);
        let rates = [inserts(&one, length).await, inserts(&actor, length).await];
        actor.close().await;
        let figures = [Figure::count("a mutex", rates[0] as u64), Figure::count("batches", rates[1] as u64)];
        lab.observe("durable inserts a second: 5x", Verdict::observed(rates[1] >= 5.0 * rates[0]), figures);
        let Ok(url) = std::env::var("DATABASE_URL") else {
            lab.detail("Left out: PostgreSQL, because DATABASE_URL is not set (compose.yaml starts one).");
            return Ok(());
        };
        let server = server_by_size(&url, &SIZES, length).await?;
        lab.show(shown::costs("PostgreSQL: reads a second, p99", &SIZES, &[("PostgreSQL", &server)]));
        Ok(())
    })
}
