//! The frontier in a PostgreSQL database, for any number of processes on any number of machines.
//!
//! A URL is pending, leased, done: states of a row, and every step is one transaction. What makes it right with many at
//! work is this:
//!
//! - **Leasing** locks the host's row first, then looks and reserves in one statement: the URL, a place at its host and
//!   the host's next turn. Whoever looked first and reserved later would let two workers through. Rows that another is
//!   leasing from are skipped, not waited for (`FOR UPDATE SKIP LOCKED`).
//! - **A lease is good for one request**, made at once. So the number of a host's leases is the number of requests that
//!   may be under way there, whoever makes them, robots.txt included; a retry is another lease, and so nobody comes
//!   back inside a `Retry-After` that somebody else was told.
//! - **A lease is short and is renewed** as long as its process lives. When it runs out the URL is pending again.
//! - **The attempt is a fencing token.** Every lease raises it; a completion with an older one writes nothing at all.
//! - **Each page belongs to one output**, that of the process that has stored it; how far an output has got is stored in
//!   the same transactions.
//!
//! All times are the database's. Two connections for a process: leasing does not wait for a group being committed.
//! Connections are not encrypted: keep them on a private network, or in a tunnel.

mod complete;
mod connect;
mod lease;
mod read;
mod rows;
mod schema;
mod urls;

pub use connect::Target;
pub use read::copy;

use super::{Counts, Emitted, Found, Frontier, FrontierError, HostNews, Leased, Ordered, Row, UrlId, Visit};
use crate::politeness::Politeness;
use complete::Completing;
use lease::{Held, Leasing};
use std::collections::HashMap;
use std::error::Error as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use urls::Urls;

/// What a host has said. `$7` leases at a time when all is well. One that is closed already has been slowed down for the
/// same reason.
const TELL: &str = "
UPDATE hosts SET
    next_at = greatest(next_at, clock_timestamp() + make_interval(secs => $2)),
    ruled = ruled OR $4::double precision IS NOT NULL,
    delay = greatest(delay, make_interval(secs => coalesce($4, 0))),
    most = CASE WHEN coalesce($4, 0) > 0 THEN 1 WHEN $4 IS NOT NULL AND NOT ruled THEN $7::integer ELSE most END,
    places = CASE WHEN coalesce($4, 0) > 0 THEN 1 WHEN $4 IS NOT NULL AND NOT ruled THEN $7
                  WHEN $3 AND next_at <= clock_timestamp() THEN greatest(1, places / 2) ELSE places END,
    problem = coalesce(problem, $5::text), message = coalesce(message, $6::text)
WHERE key = $1";

/// How a process takes part in a crawl.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// How hosts are treated. Who meets a host first decides for all how many requests it gets at a time.
    pub politeness: Politeness,
    /// Visits all URLs of a depth before any of the next, so that depths are exact.
    pub by_level: bool,
    /// How long a process that gives no sign of life keeps what it has leased. Signs come every two seconds.
    pub lease: Duration,
    /// The name of this process's output, of which there is one at a time: what it has stored and not yet written it
    /// writes when it is started again. None: no name, and nothing to go on with.
    pub worker: Option<String>,
    /// URLs kept in memory, about 50 bytes each, to spare a query. Correctness does not depend on it.
    pub cached_urls: usize,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        PostgresOptions {
            politeness: Politeness::default(),
            by_level: false,
            lease: Duration::from_secs(10),
            worker: None,
            cached_urls: 64 * 1024,
        }
    }
}

/// One process's part in a crawl that many may share. See the [module](self).
pub struct Postgres {
    leasing: Arc<tokio::sync::Mutex<Leasing>>,
    completing: tokio::sync::Mutex<Completing>,
    /// The leases of this process and their fencing tokens.
    held: Arc<Mutex<HashMap<UrlId, i32>>>,
    worker: i64,
    places: i32,
}

impl Postgres {
    /// Takes part in a crawl, which is made where there is none. What an earlier process of the same name had leased is
    /// pending again.
    ///
    /// # Errors
    /// If the database cannot be reached, has something else in this place, or if another process has the same name.
    pub async fn connect(target: &Target, options: &PostgresOptions) -> Result<Postgres, FrontierError> {
        let mut client = target.connect().await?;
        schema::prepare(&mut client, &target.crawl).await?;
        let worker = enlist(&client, target, options.worker.as_deref()).await?;
        let urls = Urls::new(&client, &options.politeness, options.cached_urls).await.map_err(failed)?;
        let leasing = Leasing::new(target.connect().await?, worker, options.lease, options.by_level);
        Ok(Postgres {
            leasing: Arc::new(tokio::sync::Mutex::new(leasing.await.map_err(failed)?)),
            completing: tokio::sync::Mutex::new(Completing::new(client, worker, urls).await.map_err(failed)?),
            held: Arc::default(),
            worker,
            places: urls::places(&options.politeness),
        })
    }

    /// Leaves a word about the crawl, where there is none yet under this key. Returns the one that stands.
    pub fn agree<'a>(&'a self, key: &'a str, word: &'a str) -> Ordered<'a, String> {
        Box::pin(async move {
            let completing = self.completing.lock().await;
            let add = "INSERT INTO meta VALUES ($1, $2) ON CONFLICT DO NOTHING";
            completing.client.execute(add, &[&key, &word]).await.map_err(failed)?;
            let find = "SELECT value FROM meta WHERE key = $1";
            Ok(completing.client.query_one(find, &[&key]).await.map_err(failed)?.get(0))
        })
    }

    /// Makes URLs that are done pending again: all of them, or those alone whose visit failed.
    pub fn again(&self, failed_only: bool) -> Ordered<'_, ()> {
        Box::pin(async move {
            const AGAIN: &str = "
                WITH again AS (
                    UPDATE urls SET state = 0 WHERE state = 1 AND (NOT $2 OR id IN (
                        SELECT url FROM pages WHERE problem IS NOT NULL OR status >= 400)) RETURNING 1
                )
                UPDATE workers SET done = done - (SELECT count(*) FROM again) WHERE id = $1";
            let completing = self.completing.lock().await;
            completing.client.execute(AGAIN, &[&self.worker, &failed_only]).await.map_err(failed).map(drop)
        })
    }

    /// Leaves the crawl: what is still leased is pending again, for the others.
    ///
    /// # Errors
    /// If the database does not answer; then the leases run out by themselves.
    pub async fn close(self) -> Result<(), FrontierError> {
        let held: Vec<Held> = self.held().drain().collect();
        self.leasing.lock().await.release(&held, 0, Duration::ZERO).await
    }

    fn held(&self) -> MutexGuard<'_, HashMap<UrlId, i32>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_up(&self, leases: &[UrlId]) -> Vec<Held> {
        let mut held = self.held();
        leases.iter().filter_map(|id| held.remove_entry(id)).collect()
    }
}

/// Finds this process's row, alone, for as long as its connection lasts.
async fn enlist(client: &tokio_postgres::Client, target: &Target, name: Option<&str>) -> Result<i64, FrontierError> {
    let add = "INSERT INTO workers (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id";
    let worker: i64 = match client.query_opt(add, &[&name]).await.map_err(failed)? {
        Some(row) => row.get(0),
        None => client.query_one("SELECT id FROM workers WHERE name = $1", &[&name]).await.map_err(failed)?.get(0),
    };
    let lock = "SELECT pg_try_advisory_lock(hashtextextended('worker:' || $1 || ':' || $2::bigint, 0))";
    let alone: bool = client.query_one(lock, &[&target.crawl, &worker]).await.map_err(failed)?.get(0);
    if !alone {
        return Err(FrontierError::InUse(format!("the name {:?}", name.unwrap_or_default())));
    }
    // Whoever had the name is gone, and its requests with it: just now, for all that is known.
    let release = "
        WITH back AS (
            UPDATE urls SET state = 0, worker = NULL, until = NULL WHERE state = 3 AND worker = $1 RETURNING host
        )
        UPDATE hosts SET next_at = greatest(next_at, clock_timestamp() + delay)
        WHERE id IN (SELECT host FROM back) AND delay > interval '0'";
    client.execute(release, &[&worker]).await.map_err(failed)?;
    Ok(worker)
}

impl Frontier for Postgres {
    fn add(&self, urls: Vec<Found>) -> Ordered<'_, ()> {
        Box::pin(async move { self.completing.lock().await.add(&urls).await })
    }

    fn lease(&self, want: usize) -> Ordered<'_, Leased> {
        let (leasing, held) = (Arc::clone(&self.leasing), Arc::clone(&self.held));
        // A task of its own goes on when nobody waits for it: the caller may give other orders meanwhile, which wait for
        // the same connection, and no lease is lost that nobody has taken.
        let task = tokio::spawn(async move {
            let mut leasing = leasing.lock().await;
            let (leased, tokens) = leasing.lease(want).await?;
            held.lock().unwrap_or_else(PoisonError::into_inner).extend(tokens);
            Ok(leased)
        });
        Box::pin(async move { task.await.map_err(|error| FrontierError::Failed(error.to_string()))? })
    }

    fn complete(&self, visits: Vec<Visit>, emitted: Option<Emitted>) -> Ordered<'_, Vec<Row>> {
        Box::pin(async move {
            let mut completing = self.completing.lock().await;
            let ids: Vec<UrlId> = visits.iter().map(|visit| visit.id).collect();
            let held = self.give_up(&ids);
            completing.complete(visits, &held, emitted.as_ref()).await
        })
    }

    fn release(&self, leases: Vec<UrlId>) -> Ordered<'_, ()> {
        Box::pin(async move {
            let held = self.give_up(&leases);
            self.leasing.lock().await.release(&held, 0, Duration::ZERO).await
        })
    }

    fn renew(&self) -> Ordered<'_, ()> {
        Box::pin(async move {
            let leasing = self.leasing.lock().await;
            let held: Vec<Held> = self.held().iter().map(|(id, attempt)| (*id, *attempt)).collect();
            leasing.renew(&held).await
        })
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn tell<'a>(&'a self, origin: &'a str, news: HostNews) -> Ordered<'a, ()> {
        Box::pin(async move {
            let key = urls::host_key(origin);
            let delay = news.delay.map(|delay| delay.as_secs_f64());
            let kind = news.given_up.as_ref().map(|problem| problem.kind.name());
            let message = news.given_up.as_ref().map(|problem| problem.message.replace('\0', ""));
            let closed_for = news.closed_for.as_secs_f64();
            let leasing = self.leasing.lock().await;
            let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
                [&key.as_slice(), &closed_for, &news.slow_down, &delay, &kind, &message, &self.places];
            leasing.client.execute(TELL, &parameters).await.map_err(failed).map(drop)
        })
    }

    fn postpone(&self, lease: UrlId, attempts: u32, wait: Duration) -> Ordered<'_, ()> {
        Box::pin(async move {
            let held = self.give_up(&[lease]);
            self.leasing.lock().await.release(&held, attempts.cast_signed(), wait).await
        })
    }

    fn counts(&self) -> Ordered<'_, Counts> {
        Box::pin(async move { read::counts(&self.leasing.lock().await.client).await.map_err(failed) })
    }

    fn rows(&self, after: i64, most: usize, with_links: bool) -> Ordered<'_, Vec<Row>> {
        Box::pin(async move {
            let completing = self.completing.lock().await;
            read::rows(&completing.client, self.worker, after, most, with_links).await.map_err(failed)
        })
    }

    fn emitted(&self) -> Ordered<'_, Option<Emitted>> {
        Box::pin(async move {
            let completing = self.completing.lock().await;
            read::emitted(&completing.client, self.worker).await.map_err(failed)
        })
    }
}

/// What an error of the database means to the crawl.
fn failed(error: tokio_postgres::Error) -> FrontierError {
    if let Some(reported) = error.as_db_error() {
        let message = format!("PostgreSQL: {}", reported.message());
        return match *reported.code() {
            SqlState::DISK_FULL => FrontierError::Full(message),
            _ => FrontierError::Failed(message),
        };
    }
    // The error itself says no more than which step failed.
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    FrontierError::Failed(format!("PostgreSQL: {error}{cause}"))
}
