//! One connection to the file, and what its errors mean.

use super::super::clock::Clock;
use super::super::transaction::{Reader, Together, Transaction};
use super::super::value::{Cells, Row, Value};
use super::super::{Change, Result, StoreError};
use crate::model::Timestamp;
use futures::future::{BoxFuture, ready};
use rusqlite::types::{FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// How long to wait for another process that writes the same file.
const BUSY: Duration = Duration::from_secs(5);
/// Statements that are kept prepared.
const PREPARED: usize = 128;

/// Opens the file for writing, or makes it.
pub fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(|error| cannot_open(path, &error))?;
    set_up(&connection, path)?;
    // WAL: readers do not wait for the writer. FULL: a commit is on disk before anybody is told.
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;";
    connection.execute_batch(pragmas).map_err(|error| cannot_open(path, &error))?;
    Ok(connection)
}

/// Opens the file for reading.
pub fn open_to_read(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX; // WAL wants to write its index
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?;
    set_up(&connection, path)?;
    connection.execute_batch("PRAGMA query_only = ON").map_err(failed)?;
    Ok(connection)
}

fn set_up(connection: &Connection, path: &Path) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(PREPARED);
    let set = connection.busy_timeout(BUSY).and_then(|()| connection.execute_batch("PRAGMA foreign_keys = ON"));
    set.map_err(|error| cannot_open(path, &error))
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> StoreError {
    let about = |text: String| format!("{}: {text}", path.display());
    match failed_ref(error) {
        StoreError::Unavailable(text) => StoreError::Unavailable(about(text)),
        StoreError::Unwritable(text) => StoreError::Unwritable(about(text)),
        StoreError::Failed(text) => StoreError::Failed(about(text)),
        StoreError::Closed => StoreError::Closed,
    }
}

/// What an error of SQLite's means to us.
#[allow(clippy::needless_pass_by_value)] // the form that `map_err` takes
pub fn failed(error: rusqlite::Error) -> StoreError {
    failed_ref(&error)
}

fn failed_ref(error: &rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Unavailable(text),
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            StoreError::Unwritable(text)
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            StoreError::Failed(format!("the file is damaged, or no database: {text}"))
        }
        _ => StoreError::Failed(text),
    }
}

/// A connection with its transaction, if it has one, as statements want it.
pub struct Open<'a> {
    /// Alone: a connection may change threads, and must not be on two.
    connection: &'a mut Connection,
    clock: &'a Clock,
    /// What to tell once it is committed.
    pub changes: Vec<Change>,
}

impl<'a> Open<'a> {
    pub fn new(connection: &'a mut Connection, clock: &'a Clock) -> Self {
        Open { connection, clock, changes: Vec::new() }
    }

    /// Begins, ends or takes back.
    pub fn control(&self, sql: &str) -> Result<()> {
        self.run_change(sql, &[]).map(drop)
    }

    /// Whether there is no transaction, be it that an error has ended it.
    pub fn is_autocommit(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Runs a statement and shows its rows.
    pub fn run_select(&self, sql: &str, values: &[Value], read: Reader<'_>) -> Result<()> {
        let mut statement = self.prepare(sql, values)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(failed)? {
            read(&mut Row::new(row))?;
        }
        Ok(())
    }

    /// Runs a statement and says how many rows it changed.
    pub fn run_change(&self, sql: &str, values: &[Value]) -> Result<u64> {
        let changed = self.prepare(sql, values)?.raw_execute().map_err(failed)?;
        Ok(changed as u64)
    }

    /// Runs statements one by one, each with those values that it names.
    pub fn run_together(&self, together: &Together, values: &[Value]) -> Result<()> {
        together.statements.iter().try_for_each(|sql| self.run_change(sql, values).map(drop))
    }

    /// A statement with its values. To SQLite `$2` is a name, and its number when it was met: what counts is the name.
    fn prepare(&self, sql: &str, values: &[Value]) -> Result<CachedStatement<'_>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        for met in 1..=statement.parameter_count() {
            let number = statement.parameter_name(met).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
            let value = number.and_then(|number| values.get(number.checked_sub(1)?));
            let value = value.ok_or_else(|| StoreError::Failed(format!("a statement without its values: {sql}")))?;
            statement.raw_bind_parameter(met, value).map_err(failed)?;
        }
        Ok(statement)
    }
}

impl Cells for rusqlite::Row<'_> {
    fn number(&self, column: usize) -> Result<Option<i64>> {
        cell(self, column, |cell| cell.as_i64_or_null())
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        cell(self, column, |cell| cell.as_str_or_null())
    }

    fn bytes(&self, column: usize) -> Result<&[u8]> {
        cell(self, column, |cell| cell.as_bytes())
    }
}

fn cell<'a, T>(
    row: &'a rusqlite::Row<'_>,
    column: usize,
    read: impl FnOnce(ValueRef<'a>) -> FromSqlResult<T>,
) -> Result<T> {
    let cell = row.get_ref(column).map_err(failed)?;
    read(cell).map_err(|error| StoreError::Failed(format!("a stored value: {error}")))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Transaction for Open<'_> {
    fn select<'b>(&'b mut self, sql: &'b str, values: Vec<Value>, read: Reader<'b>) -> BoxFuture<'b, Result<()>> {
        Box::pin(ready(self.run_select(sql, &values, read)))
    }

    fn change<'b>(&'b mut self, sql: &'b str, values: Vec<Value>) -> BoxFuture<'b, Result<u64>> {
        Box::pin(ready(self.run_change(sql, &values)))
    }

    fn changes(&mut self, together: &'static Together, values: Vec<Value>) -> BoxFuture<'_, Result<()>> {
        Box::pin(ready(self.run_together(together, &values)))
    }

    fn now(&mut self) -> BoxFuture<'_, Result<Timestamp>> {
        Box::pin(ready(Ok(self.clock.here())))
    }

    fn lock(&self) -> &'static str {
        ""
    }

    fn lock_free(&self) -> &'static str {
        ""
    }

    fn tell(&mut self, change: Change) {
        self.changes.push(change);
    }
}
