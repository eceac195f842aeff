//! The tables, and how a state file is opened.

use crate::frontier::FrontierError;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use std::path::Path;

/// Raised whenever older files can no longer be read.
const VERSION: i64 = 1;
/// "crwl": tells a state file from any other SQLite file.
const APPLICATION: i64 = 0x6372_776C;

/// `urls.state`.
pub(super) const PENDING: i64 = 0;
pub(super) const DONE: i64 = 1;
/// The target of a link, not to be visited.
pub(super) const KNOWN: i64 = 2;

const TABLES: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE hosts (id INTEGER PRIMARY KEY, origin TEXT NOT NULL UNIQUE);
CREATE TABLE urls (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    host INTEGER NOT NULL,
    state INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    hops INTEGER NOT NULL,
    sitemap INTEGER NOT NULL
);
CREATE INDEX pending ON urls (host, depth, id) WHERE state = 0;
CREATE TABLE pages (
    seq INTEGER PRIMARY KEY,
    url INTEGER NOT NULL UNIQUE,
    status INTEGER, problem TEXT, message TEXT, redirect INTEGER,
    content_type TEXT, charset TEXT, title TEXT, canonical TEXT,
    bytes INTEGER NOT NULL, hash BLOB,
    first_byte_ms INTEGER NOT NULL, total_ms INTEGER NOT NULL, fetched_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL, flags INTEGER NOT NULL, link_count INTEGER NOT NULL,
    etag TEXT, last_modified TEXT, fields TEXT, links BLOB NOT NULL
);
CREATE TABLE emitted (name TEXT PRIMARY KEY, seq INTEGER NOT NULL, length INTEGER NOT NULL) WITHOUT ROWID;
";

/// Opens a state file for writing, alone; makes it where there is none.
pub(super) fn open(path: &Path) -> Result<Connection, FrontierError> {
    let connection = Connection::open(path).map_err(|error| cannot_open(path, &error))?;
    let configure = || -> rusqlite::Result<()> {
        // Held until the process ends, however it ends. It also spares the shared-memory file of the WAL.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A commit survives the death of the process. After a power cut the last ones may be missing, none is torn.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "cache_size", -8 * 1024)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")
    };
    configure().map_err(|error| cannot_open(path, &error))?;
    prepare(&connection, path)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Opens a state file for reading.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, FrontierError> {
    if !path.is_file() {
        return Err(FrontierError::Foreign(format!("there is no crawl's state at {}", path.display())));
    }
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| cannot_open(path, &error))?;
    if application(&connection).map_err(|error| cannot_open(path, &error))? != (APPLICATION, VERSION) {
        return Err(foreign(path));
    }
    Ok(connection)
}

fn prepare(connection: &Connection, path: &Path) -> Result<(), FrontierError> {
    let found = application(connection).map_err(|error| cannot_open(path, &error))?;
    let tables = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(|error| cannot_open(path, &error))?;
    match found {
        (APPLICATION, VERSION) => Ok(()),
        (0, 0) if tables == 0 => connection
            .execute_batch(&format!(
                "BEGIN; {TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT"
            ))
            .map_err(|error| failed(&error)),
        _ => Err(foreign(path)),
    }
}

fn application(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((pragma("application_id")?, pragma("user_version")?))
}

/// A word of the crawl about itself.
pub(super) fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection.query_row("SELECT value FROM meta WHERE key = ?", [key], |row| row.get(0)).optional()
}

pub(super) fn set_meta(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value]).map(drop)
}

fn foreign(path: &Path) -> FrontierError {
    FrontierError::Foreign(format!("{} is not the state of a crawl by this version", path.display()))
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> FrontierError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => FrontierError::InUse(path.display().to_string()),
        Some(ErrorCode::NotADatabase) => foreign(path),
        _ => FrontierError::Failed(format!("cannot open {}: {error}", path.display())),
    }
}

/// What an error of SQLite means to the crawl.
pub(super) fn failed(error: &rusqlite::Error) -> FrontierError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::TooBig) => {
            FrontierError::Full(error.to_string())
        }
        _ => FrontierError::Failed(error.to_string()),
    }
}
