//! Durable inserts: the store beside one connection behind a mutex, with the same rows.

use crate::table::Table;
use crate::{CLIENTS, ROUNDS};
use anyhow::Result;
use async_api::model::{AuditId, AuditOptions, Owner, Timestamp};
use async_api::store::{NewAudit, Store};
use common::Scratch;
use rusqlite::{Connection, params};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const BURST: Duration = Duration::from_millis(1500);

/// Measures both in turns.
pub fn row(table: &mut Table) -> Result<()> {
    let scratch = Scratch::new()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let store = runtime.block_on(Store::embedded(&scratch.path().join("ours.db"), 2))?;
    let path = scratch.path().join("theirs.db");
    runtime.block_on(async {
        Store::embedded(&path, 1).await?.close().await;
        anyhow::Ok(())
    })?; // the same tables
    let connection = Connection::open(&path)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    let connection = Arc::new(Mutex::new(connection));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let handle = store.clone();
        ours.push(runtime.block_on(rate(move || {
            let store = handle.clone();
            async move { Ok(store.create_audit(audit(), None, None).await.map(drop)?) }
        }))?);
        let handle = Arc::clone(&connection);
        theirs.push(runtime.block_on(rate(move || {
            let connection = Arc::clone(&handle);
            async move { tokio::task::spawn_blocking(move || insert(&connection)).await? }
        }))?);
    }
    // By seconds for a thousand, so that less is better here as everywhere.
    let time = |rates: Vec<f64>| rates.into_iter().map(|rate| 1e6 / rate).collect::<Vec<_>>();
    table.row("1,000 durable audits, embedded", "ms", "one mutex", &time(ours), &time(theirs), "5");
    runtime.block_on(store.close());
    Ok(())
}

async fn rate<F>(insert: impl Fn() -> F + Clone + Send + 'static) -> Result<f64>
where
    F: Future<Output = Result<()>> + Send,
{
    let begin = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let insert = insert.clone();
            tokio::spawn(async move {
                let mut done = 0_u64;
                while begin.elapsed() < BURST {
                    insert().await?;
                    done += 1;
                }
                anyhow::Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for client in clients {
        done += client.await??;
    }
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}

/// An audit that nobody will do.
pub fn audit() -> NewAudit {
    NewAudit {
        id: AuditId::new(),
        owner: Owner::local(),
        url: "https://example.com/".to_owned(),
        options: AuditOptions { max_pages: 1000, max_depth: None, concurrency: 8, delay_ms: 0, slow_ms: 1000 },
        created_at: Timestamp(1_700_000_000_000),
        schedule: None,
    }
}

fn insert(connection: &Mutex<Connection>) -> Result<()> {
    let new = audit();
    let id = new.id.to_string();
    let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
    let transaction = connection.transaction()?;
    let options = serde_json::to_string(&new.options)?;
    let sql = "INSERT INTO audits (id, owner, url, options, state, created_at, last_event) VALUES (?, ?, ?, ?, 'queued', ?, 1)";
    transaction.prepare_cached(sql)?.execute(params![id, new.owner.0, new.url, options, new.created_at.0])?;
    let sql = "INSERT INTO jobs (audit, state, due) VALUES (?, 'ready', ?)";
    transaction.prepare_cached(sql)?.execute(params![id, new.created_at.0])?;
    let sql =
        "INSERT INTO events (audit, number, at, what) VALUES (?, 1, ?, '{\"event\":\"state\",\"state\":\"queued\"}')";
    transaction.prepare_cached(sql)?.execute(params![id, new.created_at.0])?;
    transaction.commit()?;
    Ok(())
}
