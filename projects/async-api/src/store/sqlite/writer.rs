//! The thread that writes.

use super::super::clock::Clock;
use super::super::transaction::Transaction;
use super::super::{Change, Result, StoreError};
use super::at_once;
use super::connection::Open;
use super::queue::Queue;
use futures::future::BoxFuture;
use rusqlite::Connection;
use std::sync::Arc;
use tokio::sync::{broadcast, oneshot};

/// The most orders of one commit.
const BATCH: usize = 256;

/// Something to write, with its answer. Dropped, it says that the store is closed.
pub struct Order(Box<dyn Work>);

/// What an order does, in two steps: the work, and the answer after the commit.
trait Work: Send {
    fn is_wanted(&self) -> bool;
    fn run(&mut self, open: &mut Open<'_>) -> bool;
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Typed<T, W> {
    work: Option<W>,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl Order {
    pub fn new<T, W>(answer: oneshot::Sender<Result<T>>, work: W) -> Order
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        Order(Box::new(Typed { work: Some(work), result: None, answer }))
    }
}

impl<T, W> Work for Typed<T, W>
where
    T: Send,
    W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn run(&mut self, open: &mut Open<'_>) -> bool {
        self.result = self.work.take().map(|work| at_once(work(open)));
        self.result.as_ref().is_some_and(Result::is_ok)
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        // Where it was not run, there is no commit either.
        let result = match (self.result, committed) {
            (None | Some(Ok(_)), Err(error)) => Err(error),
            (Some(result), _) => result,
            (None, Ok(())) => Err(StoreError::Closed),
        };
        drop(self.answer.send(result)); // who is gone is not told
    }
}

/// Owns the connection that writes.
pub struct Writer {
    connection: Connection,
    clock: Arc<Clock>,
    changes: broadcast::Sender<Change>,
}

impl Writer {
    pub fn new(connection: Connection, clock: Arc<Clock>, changes: broadcast::Sender<Change>) -> Writer {
        Writer { connection, clock, changes }
    }

    /// Writes until nobody can order any more.
    pub fn run(mut self, orders: &Queue<Order>) {
        let mut batch = Vec::new();
        let duty = orders.duty();
        while duty.take(&mut batch, BATCH) {
            batch.retain(|Order(work)| work.is_wanted());
            if batch.is_empty() {
                continue;
            }
            let mut changes = Vec::new();
            let committed = self.commit(&mut batch, &mut changes);
            if committed.is_ok() {
                // Before the answers: who is answered may look for it at once.
                changes.into_iter().for_each(|change| drop(self.changes.send(change)));
            }
            batch.drain(..).for_each(|Order(work)| work.answer(committed.clone()));
        }
    }

    fn commit(&mut self, batch: &mut [Order], changes: &mut Vec<Change>) -> Result<()> {
        let mut open = Open::new(&mut self.connection, &self.clock);
        // IMMEDIATE: a transaction that reads first and writes then may find that another process was quicker.
        open.control("BEGIN IMMEDIATE")?;
        let written = write(&mut open, batch).and_then(|told| {
            *changes = told;
            open.control("COMMIT")
        });
        if written.is_err() && !open.is_autocommit() {
            drop(open.control("ROLLBACK")); // what had gone wrong is what is told
        }
        written
    }
}

fn write(open: &mut Open<'_>, batch: &mut [Order]) -> Result<Vec<Change>> {
    let mut told = Vec::new();
    for Order(work) in batch {
        open.control("SAVEPOINT one")?;
        let keep = work.run(open);
        let changes = std::mem::take(&mut open.changes);
        if open.is_autocommit() {
            // A full disk ends the whole transaction, and takes with it what others had done in it.
            return Err(StoreError::Unwritable("the transaction was taken back".to_owned()));
        }
        if keep {
            told.extend(changes);
        } else {
            open.control("ROLLBACK TO one")?;
        }
        open.control("RELEASE one")?;
    }
    Ok(told)
}
