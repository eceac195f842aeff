//! A thread that reads.

use super::super::Result;
use super::super::clock::Clock;
use super::connection::Open;
use rusqlite::Connection;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc;

/// Something to read, which answers for itself, also where it could not begin.
pub type Order = Box<dyn FnOnce(&mut Open<'_>, Result<()>) + Send>;

/// Reads until nobody can order any more. Whoever is free takes the next order.
pub fn run(mut connection: Connection, clock: &Clock, orders: &Mutex<mpsc::Receiver<Order>>) {
    loop {
        let next = orders.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(order) = next else { return };
        // One snapshot for the whole order, however many statements it has.
        let mut open = Open::new(&mut connection, clock);
        let begun = open.control("BEGIN");
        order(&mut open, begun.clone());
        if begun.is_ok() {
            drop(open.control("ROLLBACK")); // nothing was written
        }
    }
}
