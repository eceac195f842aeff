//! One connection to the file, and what its errors mean.

use super::super::clock::Clock;
use super::super::transaction::{Statement, Transaction};
use super::super::value::{Row, Value};
use super::super::{Change, Result, StoreError};
use crate::model::Timestamp;
use futures::future::{BoxFuture, ready};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};
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

    /// Begins, ends or takes back: a statement without values.
    pub fn control(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(failed)
    }

    /// Whether there is no transaction, be it that an error has ended it.
    pub fn is_autocommit(&self) -> bool {
        self.connection.is_autocommit()
    }

    fn run_rows(&self, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(values))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|column| row.get_ref(column).map(owned));
            all.push(Row::new(cells.collect::<rusqlite::Result<_>>()?));
        }
        Ok(all)
    }

    fn run_change(&self, sql: &str, values: &[Value]) -> rusqlite::Result<u64> {
        let changed = self.connection.prepare_cached(&numbered(sql))?.execute(params_from_iter(values))?;
        Ok(changed as u64)
    }
}

/// `$1` is a name to SQLite, `?1` a number.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn owned(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Text(number.to_string()), // no column is one
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
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
    fn rows<'b>(&'b mut self, sql: &'b str, values: Vec<Value>) -> BoxFuture<'b, Result<Vec<Row>>> {
        Box::pin(ready(self.run_rows(sql, &values).map_err(failed)))
    }

    fn change<'b>(&'b mut self, sql: &'b str, values: Vec<Value>) -> BoxFuture<'b, Result<u64>> {
        Box::pin(ready(self.run_change(sql, &values).map_err(failed)))
    }

    fn changes<'b>(&'b mut self, statements: Vec<Statement>) -> BoxFuture<'b, Result<()>> {
        let run = || statements.iter().try_for_each(|(sql, values)| self.run_change(sql, values).map(drop));
        Box::pin(ready(run().map_err(failed)))
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
