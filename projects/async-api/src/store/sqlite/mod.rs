//! The store in one SQLite file: threads that read, and one that writes.
//!
//! The writer commits what has queued up while it committed the last time, all together: a commit waits for the disk, and
//! costs as much for one order as for a hundred. Each order has a savepoint of its own, so that one that fails takes
//! nothing back but itself. Nobody is answered before the commit.

mod connection;
mod queue;
mod reader;
mod writer;

use super::clock::Clock;
use super::transaction::Transaction;
use super::value::{Row, Value};
use super::{Change, Result, StoreError, migrations};
use connection::Open;
use futures::FutureExt;
use futures::future::BoxFuture;
use queue::Queue;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use tokio::sync::{broadcast, oneshot};

/// The file, its threads, and the way to them.
#[derive(Debug)]
pub struct Sqlite {
    reads: Arc<Queue<reader::Order>>,
    writes: Arc<Queue<writer::Order>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Sqlite {
    /// Opens the file, or makes it, and starts the threads.
    pub fn open(
        path: &Path,
        readers: usize,
        clock: &Arc<Clock>,
        changes: &broadcast::Sender<Change>,
    ) -> Result<Sqlite> {
        let mut connection = connection::open(path)?;
        let mut open = Open::new(&mut connection, clock);
        open.control("BEGIN IMMEDIATE")?; // two processes that start at once do it one after the other
        at_once(Box::pin(migrations::run(&mut open, migrations::for_sqlite)))?;
        open.control("COMMIT")?;
        let (reads, writes) = (Arc::new(Queue::new()), Arc::new(Queue::new()));
        // From here on it closes when it is dropped, be it that there is one thread too few.
        let store = Sqlite { reads, writes, threads: Mutex::default() };
        let writer = writer::Writer::new(connection, Arc::clone(clock), changes.clone());
        let orders = Arc::clone(&store.writes);
        store.spawn("writer", move || writer.run(&orders))?;
        for _ in 0..readers.max(1) {
            let (connection, clock) = (connection::open_to_read(path)?, Arc::clone(clock));
            let orders = Arc::clone(&store.reads);
            store.spawn("reader", move || reader::run(connection, &clock, &orders))?;
        }
        Ok(store)
    }

    fn spawn(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = thread::Builder::new().name(format!("store {name}"));
        let thread = thread.spawn(work).map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Runs a statement by itself, and says what was made of its rows.
    pub async fn select<T: Send + 'static>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        read: fn(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (answer, answered) = oneshot::channel();
        self.reads.leave(reader::statement(sql, values, read, answer))?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` on a thread that reads.
    pub async fn read<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.reads.leave(reader::snapshot(work, answer))?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` on the thread that writes, and returns when it is on disk.
    pub async fn write<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.writes.leave(writer::Order::new(answer, work))?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Lets the threads finish what has been ordered, and waits for them.
    pub async fn close(&self) {
        self.reads.close();
        self.writes.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // A panic in one of them has been printed, and whoever gave the order was told that the store is closed.
        let join = move || threads.into_iter().for_each(|thread| drop(thread.join()));
        drop(tokio::task::spawn_blocking(join).await);
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.reads.close();
        self.writes.close();
    }
}

/// Statements do not wait here: the thread that runs them does nothing else.
fn at_once<T>(work: BoxFuture<'_, Result<T>>) -> Result<T> {
    work.now_or_never().unwrap_or_else(|| Err(StoreError::Failed("a statement waited".to_owned())))
}
