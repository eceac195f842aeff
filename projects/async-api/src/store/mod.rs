//! What the service remembers, in SQLite or in PostgreSQL.
//!
//! Every method is one transaction: when it returns, all of it is durable or, on an error, none of it is. The statements
//! are written once, for both: `sqlite` and `postgres` are two ways to run them. Times are the database's own where
//! several machines must agree on them.

// A row's method, which clippy would name instead, is for rows of one lifetime; a closure is for all.
#![allow(clippy::redundant_closure_for_method_calls)]

mod audits;
mod clock;
mod events;
mod idempotency;
mod jobs;
mod keys;
mod migrations;
mod pages;
#[cfg(feature = "postgres")]
mod postgres;
mod schedules;
mod sqlite;
mod transaction;
mod value;

pub use audits::{AuditFilter, Cancelled, Created, NewAudit, Retried};
pub use idempotency::{Idempotent, StoredResponse};
pub use jobs::{Fenced, Job, Lease, Outcome};
pub use pages::{FindingFilter, PageFilter};
pub use schedules::NewSchedule;

use crate::model::{AuditId, Timestamp};
use clock::Clock;
use futures::future::BoxFuture;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use transaction::{Together, Transaction};
use value::{Row, Value};

/// Hints that a slow listener may fall behind.
const HINTS: usize = 1024;

/// The store. A clone is another handle of the same store.
#[derive(Clone, Debug)]
pub struct Store {
    database: Arc<Database>,
    clock: Arc<Clock>,
    changes: broadcast::Sender<Change>,
}

#[derive(Debug)]
enum Database {
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
}

/// Why the store did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is busy: try again later. Clients are told 503.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// It cannot be written: full, or read-only. Clients are told 503; an operator must act.
    #[error("the database cannot be written: {0}")]
    Unwritable(String),
    /// A defect, here or in the file. Clients are told 500.
    #[error("the database failed: {0}")]
    Failed(String),
    /// It is being closed.
    #[error("the store is closed")]
    Closed,
}

/// A result of the store's.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Whether this may be the name of a schema: one that needs no quotes in SQL, and that PostgreSQL does not keep for itself.
pub fn is_schema_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let begins = bytes.next().is_some_and(|first| first.is_ascii_lowercase() || first == b'_');
    let goes_on = bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    begins && goes_on && text.len() <= 63 && !text.starts_with("pg_")
}

impl Store {
    /// Opens a SQLite file, or makes it, and brings its tables up to date. Several processes of one machine may have it.
    ///
    /// # Errors
    /// If it is no database of ours or damaged, if it cannot be read or written.
    pub async fn embedded(path: &Path, readers: usize) -> Result<Store> {
        let (clock, changes, path) = (Arc::new(Clock::default()), broadcast::Sender::new(HINTS), path.to_owned());
        let opening = {
            let (clock, changes) = (Arc::clone(&clock), changes.clone());
            tokio::task::spawn_blocking(move || sqlite::Sqlite::open(&path, readers, &clock, &changes))
        };
        let sqlite = opening.await.map_err(|error| StoreError::Failed(error.to_string()))??;
        Ok(Store { database: Arc::new(Database::Sqlite(sqlite)), clock, changes })
    }

    /// Connects to PostgreSQL, and brings the tables in this schema up to date. Any number of processes may share it.
    ///
    /// # Errors
    /// If it does not answer, or refuses.
    #[cfg(feature = "postgres")]
    pub async fn postgres(url: &str, schema: &str, connections: usize) -> Result<Store> {
        let (clock, changes) = (Arc::new(Clock::default()), broadcast::Sender::new(HINTS));
        let postgres = postgres::Postgres::open(url, schema, connections, &clock, &changes).await?;
        Ok(Store { database: Arc::new(Database::Postgres(postgres)), clock, changes })
    }

    /// Whether it answers: what `/readyz` asks.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<()> {
        self.select("SELECT 1", Vec::new(), |_| Ok(())).await.map(drop)
    }

    /// Audits of which something has changed: a hint, given by this process and, on PostgreSQL, by the others. Hints
    /// may be lost; whoever waits for one also looks for itself now and then.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Finishes what is under way, then closes.
    pub async fn close(&self) {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.close().await,
            #[cfg(feature = "postgres")]
            Database::Postgres(postgres) => postgres.close(),
        }
    }

    /// The time by which leases and schedules go.
    ///
    /// # Errors
    /// The store's.
    pub async fn now(&self) -> Result<Timestamp> {
        self.read(|transaction| transaction.now()).await
    }

    /// As if so much time had passed, for this handle and its clones: leases run out, schedules fall due. For tests.
    pub fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// The most pages of 4 KiB that an embedded store may have: a disk that is full, without one. For tests.
    ///
    /// # Errors
    /// The store's.
    pub async fn limit_pages(&self, most: Option<u32>) -> Result<()> {
        let sql = format!("PRAGMA max_page_count = {}", most.unwrap_or(u32::MAX - 1));
        self.write(move |transaction| Box::pin(async move { transaction.any(&sql, Vec::new()).await.map(drop) })).await
    }

    /// Runs a statement that reads, by itself.
    async fn select<T: Send + 'static>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        read: fn(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.select(sql, values, read).await,
            #[cfg(feature = "postgres")]
            Database::Postgres(postgres) => postgres.select(sql, &values, read).await,
        }
    }

    /// Runs statements together, as a transaction of their own, and tells of it.
    async fn together(&self, together: &'static Together, values: Vec<Value>, change: Change) -> Result<()> {
        match &*self.database {
            Database::Sqlite(sqlite) => {
                let work = sqlite.write(move |transaction| {
                    transaction.tell(change);
                    transaction.changes(together, values)
                });
                work.await
            }
            #[cfg(feature = "postgres")]
            Database::Postgres(postgres) => postgres.together(together, &values, change).await,
        }
    }

    async fn read<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.read(work).await,
            #[cfg(feature = "postgres")]
            Database::Postgres(postgres) => postgres.read(work).await,
        }
    }

    async fn write<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.write(work).await,
            #[cfg(feature = "postgres")]
            Database::Postgres(postgres) => postgres.write(work).await,
        }
    }
}

/// What a hint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There is work: a job was added.
    Work,
    /// This audit has a new event.
    Audit(AuditId),
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Work => out.write_str("work"),
            Change::Audit(id) => id.fmt(out),
        }
    }
}

#[cfg(feature = "postgres")]
impl Change {
    fn from_text(text: &str) -> Option<Change> {
        if text == "work" { Some(Change::Work) } else { text.parse().ok().map(Change::Audit) }
    }
}
