//! The little that statements need to run, so that each is written once for both databases.

use super::value::{Row, Value};
use super::{Change, Result};
use crate::model::Timestamp;
use futures::future::BoxFuture;

/// Statements of which none needs what another does, and that share their values: where the database is far away, all of
/// them are one way there and back.
#[derive(Debug)]
pub struct Together {
    /// One by one.
    pub statements: &'static [&'static str],
    #[cfg(feature = "postgres")]
    one: std::sync::OnceLock<String>,
}

impl Together {
    pub const fn new(statements: &'static [&'static str]) -> Together {
        Together {
            statements,
            #[cfg(feature = "postgres")]
            one: std::sync::OnceLock::new(),
        }
    }

    /// What PostgreSQL runs as one statement, before what follows it, which is the same always.
    #[cfg(feature = "postgres")]
    pub fn before(&self, last: impl FnOnce() -> String) -> &str {
        self.one.get_or_init(|| {
            let each = self.statements.iter().enumerate();
            let each: Vec<String> = each.map(|(number, sql)| format!("s{number} AS ({sql})")).collect();
            format!("WITH {} {}", each.join(", "), last())
        })
    }
}

/// What is made of each row.
pub type Reader<'a> = &'a mut (dyn FnMut(&mut Row<'_>) -> Result<()> + Send);

/// A transaction, or for reading a connection.
///
/// Statements number their values `$1`, `$2`, and use what SQLite and PostgreSQL have in common. Locks are taken in one
/// order, job before audit: two transactions that meet wait for each other, and never both.
pub trait Transaction: Send {
    /// Runs a statement and shows its rows, one by one.
    fn select<'a>(&'a mut self, sql: &'a str, values: Vec<Value>, read: Reader<'a>) -> BoxFuture<'a, Result<()>>;

    /// Runs a statement and says how many rows it changed.
    fn change<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> BoxFuture<'a, Result<u64>>;

    /// Runs statements together. What has been told goes with them.
    fn changes(&mut self, together: &'static Together, values: Vec<Value>) -> BoxFuture<'_, Result<()>>;

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
    /// What is made of the rows.
    pub async fn rows<T: Send>(
        &mut self,
        sql: &str,
        values: Vec<Value>,
        mut read: impl FnMut(&mut Row<'_>) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        let mut keep = |row: &mut Row<'_>| read(row).map(|value| all.push(value));
        self.select(sql, values, &mut keep).await?;
        Ok(all)
    }

    /// What is made of the first row, if there is one.
    pub async fn row<T: Send>(
        &mut self,
        sql: &str,
        values: Vec<Value>,
        read: impl FnMut(&mut Row<'_>) -> Result<T> + Send,
    ) -> Result<Option<T>> {
        Ok(self.rows(sql, values, read).await?.into_iter().next())
    }

    /// Whether there is a row.
    pub async fn any(&mut self, sql: &str, values: Vec<Value>) -> Result<bool> {
        Ok(self.row(sql, values, |_| Ok(())).await?.is_some())
    }
}
