//! Version 2: connections that live on threads of their own and are asked by message.
//!
//! Readers are a [`Pool`]: each is a thread with a connection, and SQLite lets all of them read at once. There is one
//! writer, because SQLite has one: it takes whatever has queued up while it waited for the disk, writes it in one
//! transaction, and answers everybody after the commit. This is group commit; PostgreSQL does it too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc as std_mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;

use super::{NewNote, Note, PATIENCE, StoreError, sqlite};
use crate::pool::Pool;

/// The most inserts in one transaction: more would keep the first of them waiting.
pub const BATCH: usize = 256;
/// How many inserts may queue. Who comes then waits in `send`, and its client with it.
const QUEUE: usize = 1024;

type Job = Box<dyn FnOnce(&Connection) + Send>;
type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// A reader: what is sent here runs on its thread, with its connection.
#[derive(Debug)]
pub struct Reader(std_mpsc::Sender<Job>);

enum Write {
    Insert(NewNote, Answer<Note>),
    /// Nothing is accepted after this; what was accepted is written.
    Close,
}

/// Reader threads and one writer thread.
#[derive(Debug, Clone)]
pub struct Actor {
    readers: Pool<Reader>,
    patience: Duration,
    writes: mpsc::Sender<Write>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
    commits: Arc<AtomicU64>,
}

impl Actor {
    /// Opens the file, with so many readers.
    ///
    /// # Errors
    /// If it cannot be opened, is no database, or if there are no threads to be had.
    pub fn open(file: &Path, readers: usize) -> Result<Self, StoreError> {
        Self::away(file, readers, Duration::ZERO, PATIENCE)
    }

    /// The same, with readers whose every answer takes `distance` longer, as over a network, and with the caller's
    /// own patience. For demos and tests.
    ///
    /// # Errors
    /// See [`open`](Actor::open).
    pub fn away(file: &Path, readers: usize, distance: Duration, patience: Duration) -> Result<Self, StoreError> {
        let writing = sqlite::open(file)?;
        let readers: Result<Vec<Reader>, StoreError> = (0..readers).map(|_| Reader::start(file, distance)).collect();
        let (writes, queue) = mpsc::channel(QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&commits);
        let writer = spawn("writer", move || write(writing, queue, &counter))?;
        let writer = Arc::new(Mutex::new(Some(writer)));
        Ok(Actor { readers: Pool::new(readers?), patience, writes, writer, commits })
    }

    /// The pool of readers.
    pub fn readers(&self) -> &Pool<Reader> {
        &self.readers
    }

    /// How many transactions the writer has committed.
    pub fn commits(&self) -> u64 {
        // Relaxed: a count, and nothing is concluded from it about other memory.
        self.commits.load(Ordering::Relaxed)
    }

    /// How many inserts wait for the writer.
    pub fn queued(&self) -> usize {
        QUEUE - self.writes.capacity()
    }

    pub(super) async fn create(&self, note: NewNote) -> Result<Note, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.writes.send(Write::Insert(note, answer)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn read(&self, id: i64) -> Result<Option<Note>, StoreError> {
        self.call(move |connection| sqlite::read(connection, id)).await
    }

    pub(super) async fn list(&self, before: Option<i64>, limit: u32) -> Result<Vec<Note>, StoreError> {
        self.call(move |connection| sqlite::list(connection, before, limit)).await
    }

    /// Runs `work` on a reader's thread.
    ///
    /// # Errors
    /// If no reader is free in time, or the store is closed.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let guard = self.readers.acquire(self.patience).await?;
        let (answer, answered) = oneshot::channel();
        let reader = guard.0.clone();
        let job = move |connection: &Connection| {
            // The guard travels with the work, not with who waits for it: a caller that is dropped does not give a
            // busy reader to the next one.
            if answer.is_closed() {
                return drop(guard);
            }
            let result = work(connection);
            drop(guard);
            drop(answer.send(result)); // nobody may want it any more
        };
        reader.send(Box::new(job)).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn close(&self) {
        drop(self.writes.send(Write::Close).await); // closed already: as well
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            drop(spawn_blocking(move || writer.join()).await);
        }
        self.readers.close();
    }
}

impl Reader {
    fn start(file: &Path, distance: Duration) -> Result<Self, StoreError> {
        let connection = sqlite::open(file)?;
        let (sender, jobs) = std_mpsc::channel::<Job>();
        spawn("reader", move || {
            for job in jobs {
                if !distance.is_zero() {
                    thread::sleep(distance);
                }
                // A job that panics fails alone: its answer is dropped, its guard too, and the reader goes on.
                drop(catch_unwind(AssertUnwindSafe(|| job(&connection))));
            }
        })?;
        Ok(Reader(sender))
    }
}

/// The writer's life: wait for one, take all that are there, commit, answer.
fn write(mut connection: Connection, mut queue: mpsc::Receiver<Write>, commits: &AtomicU64) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
        if batch.iter().any(|write| matches!(write, Write::Close)) {
            queue.close(); // and the loop goes on until it is empty
        }
        let inserts = batch.drain(..).filter_map(|write| match write {
            // Its client has hung up: no work for nobody.
            Write::Insert(note, answer) if !answer.is_closed() => Some((note, answer)),
            _ => None,
        });
        let inserts: Vec<_> = inserts.collect();
        if inserts.is_empty() {
            continue;
        }
        let (notes, answers): (Vec<_>, Vec<_>) = inserts.into_iter().unzip();
        let results = commit(&mut connection, notes);
        commits.fetch_add(1, Ordering::Relaxed);
        for (answer, result) in answers.into_iter().zip(results) {
            drop(answer.send(result));
        }
    }
}

/// Inserts all in one transaction: what fails alone is told so, and what fails at the commit fails for all.
fn commit(connection: &mut Connection, notes: Vec<NewNote>) -> Vec<Result<Note, StoreError>> {
    let count = notes.len();
    let transaction = || -> Result<Vec<Result<Note, StoreError>>, StoreError> {
        // IMMEDIATE takes the write lock now. A transaction that begins by reading and is refused the lock later
        // cannot wait for it: this is where "database is locked" comes from.
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut results = Vec::with_capacity(count);
        for note in notes {
            let result = sqlite::insert(&transaction, note);
            if result.is_err() && transaction.is_autocommit() {
                // A full disk ends the whole transaction, and the next insert would commit by itself.
                return Err(result.err().unwrap_or(StoreError::Closed));
            }
            results.push(result);
        }
        transaction.commit()?;
        Ok(results)
    };
    transaction().unwrap_or_else(|error| {
        let text = error.to_string();
        (0..count).map(|_| Err(StoreError::SetUp(text.clone()))).collect()
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = thread::Builder::new().name(format!("store-{name}"));
    thread.spawn(work).map_err(|error| StoreError::SetUp(error.to_string()))
}
