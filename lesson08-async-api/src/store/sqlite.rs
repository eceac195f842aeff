//! What both embedded stores say to SQLite.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{NewNote, Note, StoreError};

/// Opens the file, making it if it is not there.
///
/// # Errors
/// If it cannot be opened, or is no database.
pub fn open(file: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    // The write-ahead log lets readers read while somebody writes. FULL: a commit returns when the disk has it.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // AUTOINCREMENT: no number is ever given twice, not even that of a note that was deleted. Cursors rely on it.
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS notes
             (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, text TEXT NOT NULL)",
    )?;
    Ok(connection)
}

/// Inserts a note; in a transaction if one is open.
///
/// # Errors
/// SQLite's.
pub fn insert(connection: &Connection, note: NewNote) -> Result<Note, StoreError> {
    let mut statement = connection.prepare_cached("INSERT INTO notes (title, text) VALUES (?1, ?2)")?;
    let id = statement.insert(params![note.title, note.text])?;
    Ok(Note { id, title: note.title, text: note.text })
}

/// Reads a note.
///
/// # Errors
/// SQLite's.
pub fn read(connection: &Connection, id: i64) -> Result<Option<Note>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, title, text FROM notes WHERE id = ?1")?;
    Ok(statement.query_row([id], note).optional()?)
}

/// Reads a page. `WHERE id < ?` goes straight to its place in the index; `OFFSET 10000` would walk there, and would
/// show a note twice when another is added in front.
///
/// # Errors
/// SQLite's.
pub fn list(connection: &Connection, before: Option<i64>, limit: u32) -> Result<Vec<Note>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, title, text FROM notes WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?;
    let notes = statement.query_map(params![before.unwrap_or(i64::MAX), limit], note)?;
    Ok(notes.collect::<Result<_, _>>()?)
}

fn note(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note { id: row.get(0)?, title: row.get(1)?, text: row.get(2)? })
}
