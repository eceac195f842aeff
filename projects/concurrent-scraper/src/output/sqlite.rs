//! An SQLite database to query: a table of pages, and one of links where they were asked for.

use std::io;
use std::path::Path;

use rusqlite::{Connection, params_from_iter, types::Value as Sql};

use super::Sink;
use super::columns::{COLUMNS, Cell, cells};
use crate::fields::{Fields, Type};
use crate::page::Page;

/// Writes pages into an SQLite database of its own. Its position counts rows.
#[derive(Debug)]
pub struct Sqlite {
    database: Connection,
    fields: Vec<String>,
    insert: String,
    position: i64,
}

impl Sqlite {
    /// Goes on in `path` behind the first `position` pages; 0 begins anew.
    ///
    /// # Errors
    /// The database cannot be opened or has fewer pages than that, or its columns are others.
    pub fn resume(path: &Path, position: u64, fields: &Fields) -> io::Result<Sqlite> {
        let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        let columns: Vec<String> = COLUMNS
            .iter()
            .filter(|&&name| name != "links")
            .map(|name| (*name).to_owned())
            .chain(names.iter().map(|name| quoted(name)))
            .collect();
        let insert =
            format!("INSERT INTO pages (id, {}) VALUES (?{})", columns.join(", "), ", ?".repeat(columns.len()));
        let position = position.cast_signed();
        let sink = Sqlite { database: Connection::open(path).map_err(other)?, fields: names, insert, position };
        sink.prepare(fields).map_err(other)?;
        let kept: i64 =
            sink.database.query_row("SELECT coalesce(max(id), 0) FROM pages", [], |row| row.get(0)).map_err(other)?;
        if kept < position {
            let what = format!("{} has {kept} pages, {position} were written: it was changed", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        sink.database.execute_batch("BEGIN").map_err(other)?;
        Ok(sink)
    }

    fn prepare(&self, fields: &Fields) -> rusqlite::Result<()> {
        // The store has every row as well: a power cut may cost this copy, a killed process may not.
        self.database.pragma_update(None, "journal_mode", "WAL")?;
        self.database.pragma_update(None, "synchronous", "NORMAL")?;
        if self.position == 0 {
            let own: String = fields
                .iter()
                .map(|field| format!(", {} {}", quoted(field.name()), sql_type(field.of_type())))
                .collect();
            self.database.execute_batch(&format!(
                "BEGIN; DROP TABLE IF EXISTS links; DROP TABLE IF EXISTS pages;
                 CREATE TABLE pages (id INTEGER PRIMARY KEY, url TEXT NOT NULL, depth INTEGER, status INTEGER,
                    problem TEXT, message TEXT, redirect TEXT, hops INTEGER, content_type TEXT, charset TEXT, title TEXT,
                    canonical TEXT, bytes INTEGER, hash TEXT, first_byte_ms INTEGER, total_ms INTEGER,
                    fetched_at_ms INTEGER, attempts INTEGER, not_modified INTEGER, no_index INTEGER, truncated INTEGER,
                    link_count INTEGER{own}) STRICT;
                 CREATE TABLE links (page INTEGER NOT NULL REFERENCES pages, url TEXT NOT NULL, kind TEXT NOT NULL) STRICT;
                 CREATE INDEX links_by_page ON links (page);
                 CREATE UNIQUE INDEX pages_by_url ON pages (url); COMMIT;"
            ))?;
        }
        for cut in ["DELETE FROM links WHERE page > ?", "DELETE FROM pages WHERE id > ?"] {
            self.database.execute(cut, [self.position])?;
        }
        Ok(())
    }

    fn insert(&mut self, page: &Page) -> rusqlite::Result<()> {
        let id = self.position + 1;
        let row = cells(page, &self.fields)
            .into_iter()
            .enumerate()
            .filter(|(column, _)| COLUMNS.get(*column) != Some(&"links"));
        let row = std::iter::once(Sql::Integer(id)).chain(row.map(|(_, cell)| match cell {
            Cell::Null => Sql::Null,
            Cell::Integer(number) => Sql::Integer(number),
            Cell::Number(number) => Sql::Real(number),
            Cell::Text(text) => Sql::Text(text.into_owned()),
        }));
        self.database.prepare_cached(&self.insert)?.execute(params_from_iter(row))?;
        let mut insert = self.database.prepare_cached("INSERT INTO links VALUES (?, ?, ?)")?;
        for link in page.links.iter().flatten() {
            insert.execute((id, &link.url, link.kind.name()))?;
        }
        self.position = id;
        Ok(())
    }
}

impl Sink for Sqlite {
    fn write(&mut self, page: &Page) -> io::Result<()> {
        self.insert(page).map_err(other)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.database.execute_batch("COMMIT; BEGIN").map_err(other)
    }

    fn position(&self) -> u64 {
        self.position.cast_unsigned()
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn sql_type(of_type: Option<Type>) -> &'static str {
    match of_type {
        Some(Type::Integer) => "INTEGER",
        Some(Type::Number) => "REAL",
        Some(Type::Text) | None => "TEXT",
    }
}

fn other(error: rusqlite::Error) -> io::Error {
    io::Error::other(error)
}
