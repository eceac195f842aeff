//! A thread that reads.

use super::super::Result;
use super::super::clock::Clock;
use super::super::value::{Row, Value};
use super::at_once;
use super::connection::Open;
use super::queue::Queue;
use crate::store::transaction::Transaction;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::sync::oneshot;

/// Something to read, which answers for itself.
pub type Order = Box<dyn FnOnce(&mut Open<'_>) + Send>;

/// Reads until nobody can order any more. Whoever is free takes the next order.
pub fn run(mut connection: Connection, clock: &Clock, orders: &Queue<Order>) {
    let mut open = Open::new(&mut connection, clock);
    let mut next = Vec::with_capacity(1);
    let duty = orders.duty();
    while duty.take(&mut next, 1) {
        next.drain(..).for_each(|order| order(&mut open));
    }
}

/// One statement. It is a snapshot by itself.
pub fn statement<T: Send + 'static>(
    sql: &'static str,
    values: Vec<Value>,
    read: fn(&mut Row<'_>) -> Result<T>,
    answer: oneshot::Sender<Result<Vec<T>>>,
) -> Order {
    Box::new(move |open| {
        if answer.is_closed() {
            return;
        }
        let mut all = Vec::new();
        let read = open.run_select(sql, &values, &mut |row| read(row).map(|value| all.push(value)));
        drop(answer.send(read.map(|()| all))); // who is gone is not told
    })
}

/// Any number of statements, in one snapshot.
pub fn snapshot<T, W>(work: W, answer: oneshot::Sender<Result<T>>) -> Order
where
    T: Send + 'static,
    W: for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    Box::new(move |open| {
        if answer.is_closed() {
            return;
        }
        let begun = open.control("BEGIN");
        let read = begun.clone().and_then(|()| at_once(work(open)));
        if begun.is_ok() {
            drop(open.control("ROLLBACK")); // nothing was written
        }
        drop(answer.send(read));
    })
}
