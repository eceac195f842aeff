//! Where notes are kept: embedded, or on a server.
//!
//! 1. [`one_mutex`]: one SQLite connection behind a lock. Every insert is a commit, and every commit waits for the disk.
//! 2. [`two_actor`]: threads that read, and one that writes what has queued up meanwhile in one transaction.
//! 3. [`three_server`]: PostgreSQL, where several services can share it.
//!
//! In each, an insert is answered when it would survive a power cut.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::pool::PoolError;

pub mod one_mutex;
pub mod sqlite;
pub mod three_server;
pub mod trials;
pub mod two_actor;

pub use one_mutex::OneMutex;
pub use three_server::Server;
pub use two_actor::Actor;

/// How long a request waits for a connection before it is told to come back later.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// A note as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Its number; later notes have higher ones.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub text: String,
}

/// A note that has no number yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNote {
    /// What it is called.
    pub title: String,
    /// What it says.
    pub text: String,
}

/// Why the store has no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection: try again later.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The store is closed, or the thread that was to answer is gone.
    #[error("the store is closed")]
    Closed,
    /// SQLite's complaint.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL's complaint.
    #[error("PostgreSQL: {0}")]
    Postgres(#[from] tokio_postgres::Error),
    /// The pool of connections to PostgreSQL has none to give.
    #[error("PostgreSQL: {0}")]
    Server(#[from] deadpool_postgres::PoolError),
    /// What stood in the way of starting.
    #[error("cannot set up the store: {0}")]
    SetUp(String),
}

impl StoreError {
    /// Whether the same request may succeed in a moment.
    pub fn may_pass(&self) -> bool {
        matches!(self, StoreError::Pool(_) | StoreError::Closed | StoreError::Server(_))
    }
}

/// One of the stores. An enum and not a trait object: there are three, and their futures need no boxes.
#[derive(Debug, Clone)]
pub enum Store {
    /// Version 1.
    OneMutex(OneMutex),
    /// Version 2.
    Actor(Actor),
    /// Version 3.
    Server(Server),
}

macro_rules! each {
    ($self:expr, $store:ident => $call:expr) => {
        match $self {
            Store::OneMutex($store) => $call,
            Store::Actor($store) => $call,
            Store::Server($store) => $call,
        }
    };
}

impl Store {
    /// The embedded store that the service uses.
    ///
    /// # Errors
    /// If the file cannot be opened, or is no database.
    pub fn embedded(file: &Path, readers: usize) -> Result<Self, StoreError> {
        Ok(Store::Actor(Actor::open(file, readers)?))
    }

    /// Keeps a note, durably, and gives it a number.
    ///
    /// # Errors
    /// Those of [`StoreError`]; so have all other functions here.
    pub async fn create(&self, note: NewNote) -> Result<Note, StoreError> {
        each!(self, store => store.create(note).await)
    }

    /// The note with this number, if there is one.
    ///
    /// # Errors
    /// See [`create`](Store::create).
    pub async fn read(&self, id: i64) -> Result<Option<Note>, StoreError> {
        each!(self, store => store.read(id).await)
    }

    /// At most `limit` notes, the newest first; with `before`, those older than that number.
    ///
    /// # Errors
    /// See [`create`](Store::create).
    pub async fn list(&self, before: Option<i64>, limit: u32) -> Result<Vec<Note>, StoreError> {
        each!(self, store => store.list(before, limit).await)
    }

    /// Ends what runs, in order: what was accepted is written, then nothing is accepted any more.
    pub async fn close(&self) {
        each!(self, store => store.close().await);
    }
}
