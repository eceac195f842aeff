//! The crawl's state in one SQLite file, which one thread owns.
//!
//! The thread is an actor: orders come in through a bounded mailbox, each is one transaction, and nobody else ever sees
//! the connection. So there is no lock to hold across an await and no two writers to conflict. Visits come in groups (as
//! many as have ended while the last group was being committed), because a transaction costs about as much for sixty
//! visits as for one.

pub(crate) mod cache;
mod hosts;
#[cfg(feature = "postgres")]
mod import;
pub(crate) mod links;
mod reader;
mod rows;
mod schema;
mod writer;

#[cfg(feature = "postgres")]
pub(crate) use import::Import;
pub use reader::{Broken, Reader};
pub(crate) use rows::hex;

use crate::frontier::{Counts, Emitted, Found, Frontier, FrontierError, Leased, Ordered, Row, UrlId, Visit};
use rusqlite::OptionalExtension;
use std::path::Path;
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, oneshot};
use writer::Writer;

/// Orders that may wait. A caller beyond them waits itself.
const MAILBOX: usize = 16;

/// How the store works.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// The most leases that one host has at a time.
    pub host_share: usize,
    /// Visits all URLs of a depth before any of the next, so that depths are exact.
    pub by_level: bool,
    /// URLs kept in memory, about 50 bytes each, to spare a query. Correctness does not depend on it.
    pub cached_urls: usize,
}

impl Default for StoreOptions {
    fn default() -> StoreOptions {
        StoreOptions { host_share: 128, by_level: false, cached_urls: 64 * 1024 }
    }
}

type Order = Box<dyn FnOnce(&mut Writer) -> rusqlite::Result<()> + Send>;

/// The state of one crawl. See the [module](self).
#[derive(Debug)]
pub struct Store {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens a state file, alone, or makes it. What was leased when the last process ended is pending again.
    ///
    /// # Errors
    /// If another process has it, if it is something else, or if it cannot be read or written.
    pub fn open(path: &Path, options: StoreOptions) -> Result<Store, FrontierError> {
        let connection = schema::open(path)?;
        let mut writer = Writer::new(connection, &options).map_err(|error| schema::failed(&error))?;
        let (orders, mut mailbox) = mpsc::channel::<Order>(MAILBOX);
        let thread = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                while let Some(order) = mailbox.blocking_recv() {
                    if order(&mut writer).is_err() {
                        // What memory holds may be ahead of the file now. Opening it again sorts that out.
                        break;
                    }
                }
            })
            .map_err(|error| FrontierError::Failed(format!("cannot start a thread: {error}")))?;
        Ok(Store { orders: Some(orders), thread: Some(thread) })
    }

    /// Ends the thread, which closes the file, and waits for both.
    pub async fn close(mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been printed, and whoever gave the order has been told.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    /// A word that the crawl left about itself.
    pub fn word<'a>(&'a self, key: &'a str) -> Ordered<'a, Option<String>> {
        let key = key.to_owned();
        self.order(move |writer| schema::meta(writer.connection(), &key))
    }

    /// Leaves a word about the crawl.
    pub fn set_word(&self, key: &str, value: &str) -> Ordered<'_, ()> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.order(move |writer| schema::set_meta(writer.connection(), &key, &value))
    }

    /// Makes URLs that are done pending again: all of them, or those alone whose visit failed.
    pub fn again(&self, failed_only: bool) -> Ordered<'_, ()> {
        self.order(move |writer| writer.again(failed_only))
    }

    fn order<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> rusqlite::Result<T> + Send + 'static,
    ) -> Ordered<'_, T> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let order: Order = Box::new(move |writer| {
                let result = work(writer);
                let outcome = result.as_ref().map(drop).map_err(|_| rusqlite::Error::InvalidQuery);
                // Who no longer listens is not told.
                let _ = answer.send(result.map_err(|error| schema::failed(&error)));
                outcome
            });
            let orders = self.orders.as_ref().ok_or(FrontierError::Closed)?;
            orders.send(order).await.map_err(|_| FrontierError::Closed)?;
            answered.await.map_err(|_| FrontierError::Closed)?
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Frontier for Store {
    fn add(&self, urls: Vec<Found>) -> Ordered<'_, ()> {
        self.order(move |writer| writer.transaction(|writer| writer.add(&urls)))
    }

    fn lease(&self, want: usize) -> Ordered<'_, Leased> {
        self.order(move |writer| writer.lease(want))
    }

    fn complete(&self, visits: Vec<Visit>, emitted: Option<Emitted>) -> Ordered<'_, Vec<Row>> {
        self.order(move |writer| {
            writer.transaction(|writer| {
                if let Some(emitted) = &emitted {
                    writer.emitted(emitted)?;
                }
                visits.into_iter().map(|visit| writer.complete(visit)).collect()
            })
        })
    }

    fn release(&self, leases: Vec<UrlId>) -> Ordered<'_, ()> {
        self.order(move |writer| {
            writer.release(&leases);
            Ok(())
        })
    }

    fn counts(&self) -> Ordered<'_, Counts> {
        self.order(|writer| Ok(writer.counts()))
    }

    fn rows(&self, after: i64, most: usize, with_links: bool) -> Ordered<'_, Vec<Row>> {
        self.order(move |writer| reader::rows(writer.connection(), after, most, with_links))
    }

    fn emitted(&self) -> Ordered<'_, Option<Emitted>> {
        self.order(|writer| {
            let connection = writer.connection();
            let seq =
                connection.query_row("SELECT seq FROM emitted WHERE name = ''", [], |row| row.get(0)).optional()?;
            let Some(seq) = seq else { return Ok(None) };
            let mut lengths = connection.prepare("SELECT name, length FROM emitted WHERE name <> '' AND seq = ?")?;
            let lengths = lengths.query_map([seq], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            Ok(Some(Emitted { seq, lengths: lengths.collect::<rusqlite::Result<_>>()? }))
        })
    }
}
