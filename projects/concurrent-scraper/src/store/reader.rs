//! Reads a state file for reports and exports, in streaming passes.

use super::{links, rows, schema};
use crate::frontier::{FrontierError, Row, UrlId};
use crate::page::{Link, LinkKind, Page};
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::Path;

/// Rows read at a time.
const BATCH: usize = 256;

/// A finished or interrupted crawl, for reading. Nobody may be crawling into it meanwhile.
#[derive(Debug)]
pub struct Reader(Connection);

/// A page that links point to in vain, and where those are.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// The page.
    pub page: Page,
    /// The pages that link to it, in the order they were visited, and how.
    pub linked_from: Vec<(String, LinkKind)>,
}

impl Reader {
    /// Opens a state file.
    ///
    /// # Errors
    /// If there is none, if it is in use, or if it is something else.
    pub fn open(path: &Path) -> Result<Reader, FrontierError> {
        schema::open_to_read(path).map(Reader)
    }

    /// All pages in the order of their commit.
    pub fn rows(&self, with_links: bool) -> impl Iterator<Item = Result<Row, FrontierError>> {
        let mut after = 0;
        let mut batch = Vec::new().into_iter();
        std::iter::from_fn(move || {
            if batch.len() == 0 {
                match rows(&self.0, after, BATCH, with_links) {
                    Ok(next) => batch = next.into_iter(),
                    Err(error) => return Some(Err(schema::failed(&error))),
                }
            }
            let row: Row = batch.next()?;
            after = row.seq;
            Some(Ok(row))
        })
    }

    /// The pages that are broken, with the pages that link to them. Memory: the broken ones and their links.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn broken(&self) -> Result<Vec<Broken>, FrontierError> {
        self.find_broken().map_err(|error| schema::failed(&error))
    }

    fn find_broken(&self) -> rusqlite::Result<Vec<Broken>> {
        let mut broken: HashMap<UrlId, Broken> = HashMap::new();
        let mut order = Vec::new();
        let sql =
            format!("SELECT urls.id AS id, {} WHERE problem IS NOT NULL OR status >= 400 ORDER BY seq", rows::COLUMNS);
        let mut statement = self.0.prepare(&sql)?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let (_, page) = rows::read(row)?;
            if page.is_broken() {
                let id = row.get("id")?;
                order.push(id);
                broken.insert(id, Broken { page, linked_from: Vec::new() });
            }
        }
        let mut statement =
            self.0.prepare("SELECT urls.url, links FROM pages JOIN urls ON urls.id = pages.url ORDER BY seq")?;
        let mut pages = statement.query([])?;
        while let Some(row) = pages.next()? {
            for (target, kind) in links::read(row.get_ref(1)?.as_blob()?) {
                if let Some(broken) = broken.get_mut(&target) {
                    broken.linked_from.push((row.get(0)?, kind));
                }
            }
        }
        Ok(order.into_iter().filter_map(|id| broken.remove(&id)).collect())
    }

    /// Calls `node` with every URL that was visited or linked to: its number, and the status where there is one.
    ///
    /// # Errors
    /// If the file cannot be read, or the first error of `node`.
    pub fn nodes<E: From<FrontierError>>(
        &self,
        mut node: impl FnMut(u64, &str, Option<u16>) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT urls.id, urls.url, status FROM urls LEFT JOIN pages ON pages.url = urls.id ORDER BY urls.id";
        self.each(
            sql,
            |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, String>(1)?, row.get::<_, Option<u16>>(2)?)),
            |(id, url, status)| node(id, &url, status),
        )
    }

    /// Calls `edge` with every link: the numbers of the page and of the target, and the kind.
    ///
    /// # Errors
    /// If the file cannot be read, or the first error of `edge`.
    pub fn edges<E: From<FrontierError>>(
        &self,
        mut edge: impl FnMut(u64, u64, LinkKind) -> Result<(), E>,
    ) -> Result<(), E> {
        let read = |row: &rusqlite::Row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, Vec<u8>>(1)?));
        self.each("SELECT url, links FROM pages ORDER BY seq", read, |(from, blob)| {
            links::read(&blob).try_for_each(|(to, kind)| edge(from, to.unsigned_abs(), kind))
        })
    }

    fn each<T, E: From<FrontierError>>(
        &self,
        sql: &str,
        read: impl Fn(&rusqlite::Row) -> rusqlite::Result<T>,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error| E::from(schema::failed(&error));
        let mut statement = self.0.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(read(row).map_err(failed)?)?;
        }
        Ok(())
    }

    /// Hash and URL of every page whose content is not its own, in the order of the hashes.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn by_hash(&self) -> Result<Vec<(String, String)>, FrontierError> {
        // Only those that there are two of: the rest is the crawl.
        self.pairs(
            "SELECT lower(hex(hash)), urls.url FROM pages JOIN urls ON urls.id = pages.url
             WHERE hash IN (SELECT hash FROM pages WHERE bytes > 0 GROUP BY hash HAVING count(*) > 1) ORDER BY hash, seq",
        )
    }

    /// Title and URL of every page whose title is not its own, in the order of the titles.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn by_title(&self) -> Result<Vec<(String, String)>, FrontierError> {
        self.pairs(
            "SELECT title, urls.url FROM pages JOIN urls ON urls.id = pages.url
             WHERE title IN (SELECT title FROM pages GROUP BY title HAVING count(*) > 1) ORDER BY title, seq",
        )
    }

    fn pairs(&self, sql: &str) -> Result<Vec<(String, String)>, FrontierError> {
        let mut pairs = Vec::new();
        self.each(
            sql,
            |row| Ok((row.get(0)?, row.get(1)?)),
            |pair| {
                pairs.push(pair);
                Ok::<_, FrontierError>(())
            },
        )?;
        Ok(pairs)
    }

    /// A word that the crawl left about itself.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn word(&self, key: &str) -> Result<Option<String>, FrontierError> {
        schema::meta(&self.0, key).map_err(|error| schema::failed(&error))
    }
}

/// Up to `most` rows behind `after`.
pub(super) fn rows(connection: &Connection, after: i64, most: usize, with_links: bool) -> rusqlite::Result<Vec<Row>> {
    let sql = format!("SELECT {} WHERE pages.seq > ? ORDER BY pages.seq LIMIT ?", rows::COLUMNS);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([after, most as i64])?;
    let mut batch = Vec::new();
    while let Some(row) = found.next()? {
        let (seq, mut page) = rows::read(row)?;
        if with_links {
            page.links = Some(links_of(connection, row.get_ref("links")?.as_blob()?)?);
        }
        batch.push(Row { seq, page });
    }
    Ok(batch)
}

/// The links in a blob, with their URLs.
pub(super) fn links_of(connection: &Connection, blob: &[u8]) -> rusqlite::Result<Vec<Link>> {
    let mut url = connection.prepare_cached("SELECT url FROM urls WHERE id = ?")?;
    links::read(blob).map(|(id, kind)| Ok(Link { url: url.query_row([id], |row| row.get(0))?, kind })).collect()
}
