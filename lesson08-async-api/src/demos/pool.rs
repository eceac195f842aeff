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

use common::blocks::{Lines, Table};
use common::{Figure, Lab, Scratch, Verdict, format};
use tokio::time::{Instant, timeout};

use super::{on_virtual_time, two_workers};
use crate::pool::{Pool, PoolError, one_by_hand};
use crate::store::trials::{CLIENTS, inserts, left_after_hanging_up, measured};
use crate::store::{Actor, NewNote, OneMutex, PATIENCE, Server, Store};

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

        let mut table =
            Table::new("64 clients: reads a second, p99", &["connections", "a file", "p99", "1 ms away", "p99"]);
        let mut rates = Lines::new("64 clients", "connections", "reads a second").log_x().log_y();
        let mut far = Vec::new();
        let mut near = Vec::new();
        for size in SIZES {
            let distances = [Duration::ZERO, Duration::from_millis(1)];
            let [mut here, mut away] = [(0.0, 0.0); 2];
            for (distance, result) in distances.into_iter().zip([&mut here, &mut away]) {
                let store = Store::Actor(Actor::away(&file, size, distance, PATIENCE)?);
                *result = measured(&store, length).await;
                store.close().await;
            }
            let [rate_here, rate_away] = [here.0, away.0].map(|rate| format::count(rate as u64));
            table.row(&[&size, &rate_here, &format::seconds(here.1), &rate_away, &format::seconds(away.1)]);
            near.push(here);
            far.push(away);
        }
        for (name, results) in [("a file", &near), ("1 ms away", &far)] {
            rates.series(name, SIZES.iter().zip(results).map(|(&size, result)| (size as f64, result.0)));
        }
        lab.detail(table);
        lab.detail(rates);
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
        server(lab, length).await
    })
}

/// The same on PostgreSQL, where there is one.
async fn server(lab: &mut Lab, length: Duration) -> anyhow::Result<()> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        lab.detail("Left out: PostgreSQL, because DATABASE_URL is not set (compose.yaml starts one).");
        return Ok(());
    };
    let mut table = Table::new("PostgreSQL: reads a second, p99", &["connections", "1/s", "p99"]);
    for size in SIZES {
        let schema = format!("lesson08_{}_{size}", std::process::id());
        let server = Store::Server(Server::open(&url, &schema, true, size).await?);
        server.create(NewNote { title: "a note".into(), text: String::new() }).await?;
        let (rate, p99) = measured(&server, length).await;
        table.row(&[&size, &format::count(rate as u64), &format::seconds(p99)]);
        server.close().await;
    }
    lab.show(table);
    Ok(())
}
