//! The store in one SQLite file: threads that read, and one that writes.
//!
//! The writer commits what has queued up while it committed the last time, all together: a commit waits for the disk, and
//! costs as much for one order as for a hundred. Each order has a savepoint of its own, so that one that fails takes
//! nothing back but itself. Nobody is answered before the commit.

mod connection;
mod reader;
mod writer;

use super::clock::Clock;
use super::transaction::Transaction;
use super::{Change, Result, StoreError, migrations};
use connection::Open;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::timeout;

/// Orders that may wait for each kind of thread.
const MAILBOX: usize = 1024;
/// How long an order may wait for room.
const PATIENCE: Duration = Duration::from_secs(5);

/// The file, its threads, and the way to them.
#[derive(Debug)]
pub struct Sqlite {
    reads: Mailbox<reader::Order>,
    writes: Mailbox<writer::Order>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Where orders are left; empty once it is closed.
type Mailbox<O> = Mutex<Option<mpsc::Sender<O>>>;

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
        let (writes, orders) = mpsc::channel(MAILBOX);
        let writer = writer::Writer::new(connection, Arc::clone(clock), changes.clone());
        let mut threads = vec![spawn("writer", move || writer.run(orders))?];
        let (reads, orders) = mpsc::channel(MAILBOX);
        let orders = Arc::new(Mutex::new(orders));
        for _ in 0..readers.max(1) {
            let (connection, clock, orders) = (connection::open_to_read(path)?, Arc::clone(clock), Arc::clone(&orders));
            threads.push(spawn("reader", move || reader::run(connection, &clock, &orders))?);
        }
        Ok(Sqlite { reads: Mutex::new(Some(reads)), writes: Mutex::new(Some(writes)), threads: Mutex::new(threads) })
    }

    /// Runs `work` on a thread that reads.
    pub async fn read<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let order: reader::Order = Box::new(move |open, begun| {
            if !answer.is_closed() {
                drop(answer.send(begun.and_then(|()| at_once(work(open)))));
            }
        });
        leave(&self.reads, order).await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` on the thread that writes, and returns when it is on disk.
    pub async fn write<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let order = writer::Order::new(answer, work);
        leave(&self.writes, order).await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Lets the threads finish what has been ordered, and waits for them.
    pub async fn close(&self) {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.writes.lock().unwrap_or_else(PoisonError::into_inner).take();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // A panic in one of them has been printed, and whoever gave the order was told that the store is closed.
        let join = move || threads.into_iter().for_each(|thread| drop(thread.join()));
        drop(tokio::task::spawn_blocking(join).await);
    }
}

/// Statements do not wait here: the thread that runs them does nothing else.
fn at_once<T>(work: BoxFuture<'_, Result<T>>) -> Result<T> {
    work.now_or_never().unwrap_or_else(|| Err(StoreError::Failed("a statement waited".to_owned())))
}

async fn leave<O>(mailbox: &Mailbox<O>, order: O) -> Result<()> {
    let sender = mailbox.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StoreError::Closed)?;
    match timeout(PATIENCE, sender.send(order)).await {
        Ok(sent) => sent.map_err(|_| StoreError::Closed),
        Err(_) => Err(StoreError::Unavailable(format!("{MAILBOX} orders wait for it"))),
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = thread::Builder::new().name(format!("store {name}"));
    thread.spawn(work).map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))
}
