//! Fills a new state file with a crawl that was kept elsewhere. URLs and rows keep their numbers.

use super::rows::Stored;
use super::schema::{self, DONE, KNOWN, PENDING};
use crate::frontier::{FrontierError, Place, Row, UrlId, Validators};
use rusqlite::{Connection, params};
use std::path::Path;

/// A state file that is being filled.
pub(crate) struct Import(Connection);

impl Import {
    /// Makes the file.
    pub(crate) fn open(path: &Path) -> Result<Import, FrontierError> {
        let import = Import(schema::open(path)?);
        import.run("BEGIN")?;
        Ok(import)
    }

    /// Adds URLs: number, URL, how it is visited, whether it has been.
    pub(crate) fn urls<'a>(
        &mut self,
        urls: impl Iterator<Item = (UrlId, &'a str, Option<Place>, bool)>,
    ) -> Result<(), FrontierError> {
        let add = || -> rusqlite::Result<()> {
            let mut insert = self.0.prepare_cached("INSERT INTO urls VALUES (?, ?, 0, ?, ?, ?, ?)")?;
            for (id, url, visit, done) in urls {
                let Place { depth, hops, sitemap } = visit.unwrap_or_default();
                let state = if done {
                    DONE
                } else if visit.is_some() {
                    PENDING
                } else {
                    KNOWN
                };
                insert.execute(params![id, url, state, depth, hops, sitemap])?;
            }
            Ok(())
        };
        add().map_err(|error| schema::failed(&error))
    }

    /// Adds a page, with its links as numbers of URLs.
    pub(crate) fn page(
        &mut self,
        row: &Row,
        url: UrlId,
        redirect: Option<UrlId>,
        validators: &Validators,
        links: &[u8],
    ) -> Result<(), FrontierError> {
        let stored = Stored { seq: row.seq, url, page: &row.page, redirect, validators, links };
        stored.write(&self.0).map_err(|error| schema::failed(&error))
    }

    /// Leaves a word about the crawl.
    pub(crate) fn word(&mut self, key: &str, value: &str) -> Result<(), FrontierError> {
        schema::set_meta(&self.0, key, value).map_err(|error| schema::failed(&error))
    }

    /// Makes what was added last.
    pub(crate) fn commit(&mut self) -> Result<(), FrontierError> {
        self.run("COMMIT; BEGIN")
    }

    fn run(&self, sql: &str) -> Result<(), FrontierError> {
        self.0.execute_batch(sql).map_err(|error| schema::failed(&error))
    }
}
