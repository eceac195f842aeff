//! The little that statements need to run, so that each is written once for both databases.

use super::value::{Row, Value};
use super::{Change, Result};
use crate::model::Timestamp;
use futures::future::BoxFuture;

/// A statement with its values.
pub type Statement = (&'static str, Vec<Value>);

/// A transaction, or for reading a connection.
///
/// Statements number their values `$1`, `$2`, and use what SQLite and PostgreSQL have in common. Locks are taken in one
/// order, job before audit: two transactions that meet wait for each other, and never both.
pub trait Transaction: Send {
    /// Runs a statement and gives its rows.
    fn rows<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> BoxFuture<'a, Result<Vec<Row>>>;

    /// Runs a statement and says how many rows it changed.
    fn change<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> BoxFuture<'a, Result<u64>>;

    /// Runs statements in order, and waits for all of them at the end: each would be a way there and back.
    fn changes<'a>(&'a mut self, statements: Vec<Statement>) -> BoxFuture<'a, Result<()>>;

    /// The time by which all who share the database go.
    fn now(&mut self) -> BoxFuture<'_, Result<Timestamp>>;

    /// What a `SELECT` ends with to lock its rows. SQLite has nothing to say: there, one writes at a time.
    fn lock(&self) -> &'static str;

    /// The same, leaving out rows that another has locked.
    fn lock_free(&self) -> &'static str;

    /// Tells those who listen, once it is committed.
    fn tell(&mut self, change: Change);
}

impl dyn Transaction + '_ {
    /// The first row, if there is one.
    pub async fn row(&mut self, sql: &str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }
}
