//! What the store's thread does: one order after the other, each in a transaction of its own.

use super::cache::Cache;
use super::hosts::Hosts;
use super::rows::{self, Stored};
use super::schema::{DONE, KNOWN, PENDING};
use super::{StoreOptions, links};
use crate::frontier::{Counts, Emitted, Found, Leased, Place, Row, UrlId, Visit};
use crate::page::{LinkKind, Problem, ProblemKind};
use rusqlite::{Connection, OptionalExtension, params};

/// Links in a row to look behind for the start of a redirect loop.
const LONGEST_CHAIN: usize = 64;

/// A URL in the cache.
#[derive(Clone, Copy)]
struct Met {
    id: UrlId,
    /// To be visited, or visited: nothing is left to do but to note the link.
    visited: bool,
}

pub(super) struct Writer {
    connection: Connection,
    urls: Cache<Met>,
    hosts: Hosts,
    last_seq: i64,
    done: u64,
    pending: u64,
    bytes: u64,
}

impl Writer {
    pub(super) fn new(connection: Connection, options: &StoreOptions) -> rusqlite::Result<Writer> {
        let hosts = Hosts::read(&connection, options.host_share, options.by_level)?;
        let count = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let last_seq = count("SELECT coalesce(max(seq), 0) FROM pages")?;
        let done = count("SELECT count(*) FROM urls WHERE state = 1")?.unsigned_abs();
        let pending = count("SELECT count(*) FROM urls INDEXED BY pending WHERE state = 0")?.unsigned_abs();
        let bytes = count("SELECT coalesce(sum(bytes), 0) FROM pages")?.unsigned_abs();
        Ok(Writer { connection, urls: Cache::new(options.cached_urls), hosts, last_seq, done, pending, bytes })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Runs orders as one transaction.
    pub(super) fn transaction<T>(
        &mut self,
        orders: impl FnOnce(&mut Writer) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let result = orders(self).and_then(|value| self.connection.execute_batch("COMMIT").map(|()| value));
        if result.is_err() {
            // The first error is the one to report. What memory knows beyond the file is void: no more orders come.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        result
    }

    pub(super) fn add(&mut self, found: &[Found]) -> rusqlite::Result<()> {
        found.iter().try_for_each(|found| self.intern(&found.url, found.visit).map(drop))
    }

    pub(super) fn lease(&mut self, want: usize) -> rusqlite::Result<Leased> {
        let leases = self.hosts.lease(&self.connection, want)?;
        Ok(Leased { finished: leases.is_empty() && self.hosts.finished(), leases })
    }

    /// Makes what is done pending again.
    pub(super) fn again(&mut self, failed_only: bool) -> rusqlite::Result<()> {
        let failed = "SELECT url FROM pages WHERE problem IS NOT NULL OR status >= 400";
        let condition = if failed_only { format!("AND id IN ({failed})") } else { String::new() };
        self.transaction(|writer| {
            let sql = format!("UPDATE urls SET state = 0 WHERE state = 1 {condition} RETURNING id, host, depth");
            let mut statement = writer.connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                writer.hosts.pending(row.get(1)?, row.get(2)?, row.get(0)?);
                writer.pending += 1;
                writer.done -= 1;
            }
            Ok(())
        })
    }

    pub(super) fn release(&mut self, leases: &[UrlId]) {
        for id in leases {
            self.hosts.end(*id, false);
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let leased = self.hosts.leased();
        Counts { pending: self.pending - leased, leased, done: self.done, bytes: self.bytes }
    }

    pub(super) fn complete(&mut self, mut visit: Visit) -> rusqlite::Result<Row> {
        let mut blob = Vec::with_capacity(visit.found.len() * 3);
        let mut redirect = None;
        for found in &visit.found {
            let id = self.intern(&found.url, found.visit)?;
            links::push(&mut blob, id, found.kind);
            if found.kind == LinkKind::Redirect {
                redirect = Some(id);
            }
        }
        if visit.page.not_modified {
            self.recall(&mut visit, &mut blob, &mut redirect)?;
        }
        if let Some(target) = redirect
            && visit.page.problem.is_none()
            && self.leads_to(target, visit.id)?
        {
            let message = format!("{} leads back here", visit.page.redirect.as_deref().unwrap_or_default());
            visit.page.problem = Some(Problem::new(ProblemKind::RedirectLoop, message));
        }
        self.last_seq += 1;
        let seq = self.last_seq;
        let stored =
            Stored { seq, url: visit.id, page: &visit.page, redirect, validators: &visit.validators, links: &blob };
        stored.write(&self.connection)?;
        self.connection.prepare_cached("UPDATE urls SET state = ? WHERE id = ?")?.execute([DONE, visit.id])?;
        self.hosts.end(visit.id, true);
        self.pending -= 1;
        self.done += 1;
        self.bytes += visit.page.bytes;
        Ok(Row { seq, page: visit.page })
    }

    pub(super) fn emitted(&self, emitted: &Emitted) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached("INSERT OR REPLACE INTO emitted VALUES (?, ?, ?)")?;
        insert.execute(params!["", emitted.seq, 0])?;
        emitted
            .lengths
            .iter()
            .try_for_each(|(name, length)| insert.execute(params![name, emitted.seq, *length as i64]).map(drop))
    }

    /// The number of a URL, which is added where it is new.
    fn intern(&mut self, url: &str, visit: Option<Place>) -> rusqlite::Result<UrlId> {
        let key = Cache::<Met>::key(url);
        let cached = self.urls.get(key);
        let mut met = match cached {
            Some(met) => met,
            None => self.find_or_add(url, visit)?,
        };
        if let Some(place) = visit.filter(|_| !met.visited) {
            self.promote(met.id, url, place)?;
            met.visited = true;
        } else if cached.is_some() {
            return Ok(met.id);
        }
        self.urls.insert(key, met);
        Ok(met.id)
    }

    fn find_or_add(&mut self, url: &str, visit: Option<Place>) -> rusqlite::Result<Met> {
        let host = match visit {
            Some(_) => self.hosts.id(&self.connection, url)?,
            None => 0,
        };
        let Place { depth, hops, sitemap } = visit.unwrap_or_default();
        let state = if visit.is_some() { PENDING } else { KNOWN };
        let added = self
            .connection
            .prepare_cached(
                "INSERT INTO urls (url, host, state, depth, hops, sitemap) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING RETURNING id",
            )?
            .query_row(params![url, host, state, depth, hops, sitemap], |row| row.get(0))
            .optional()?;
        if let Some(id) = added {
            if visit.is_some() {
                self.pending += 1;
                self.hosts.pending(host, depth, id);
            }
            return Ok(Met { id, visited: visit.is_some() });
        }
        self.connection
            .prepare_cached("SELECT id, state FROM urls WHERE url = ?")?
            .query_row([url], |row| Ok(Met { id: row.get(0)?, visited: row.get::<_, i64>(1)? != KNOWN }))
    }

    /// A link that leaves the scope was met first, one that stays inside now.
    fn promote(&mut self, id: UrlId, url: &str, place: Place) -> rusqlite::Result<()> {
        let host = self.hosts.id(&self.connection, url)?;
        let Place { depth, hops, sitemap } = place;
        self.connection
            .prepare_cached("UPDATE urls SET host = ?, state = ?, depth = ?, hops = ?, sitemap = ? WHERE id = ?")?
            .execute(params![host, PENDING, depth, hops, sitemap, id])?;
        self.pending += 1;
        self.hosts.pending(host, depth, id);
        Ok(())
    }

    /// The page is as it was: what was known of it holds.
    fn recall(&self, visit: &mut Visit, blob: &mut Vec<u8>, redirect: &mut Option<UrlId>) -> rusqlite::Result<()> {
        let sql = format!("SELECT {} WHERE pages.url = ?", rows::COLUMNS);
        let known = self
            .connection
            .prepare_cached(&sql)?
            .query_row([visit.id], |row| Ok((rows::read(row)?.1, row.get::<_, Vec<u8>>("links")?)))
            .optional()?;
        let Some((known, links)) = known else { return Ok(()) };
        let with_links = visit.page.links.is_some();
        visit.page.recall(known);
        if with_links {
            visit.page.links = Some(super::reader::links_of(&self.connection, &links)?);
        }
        *blob = links;
        *redirect = links::read(blob).find(|(_, kind)| *kind == LinkKind::Redirect).map(|(id, _)| id);
        Ok(())
    }

    /// Whether redirects lead from one URL to another.
    fn leads_to(&self, from: UrlId, to: UrlId) -> rusqlite::Result<bool> {
        let mut next = self.connection.prepare_cached("SELECT redirect FROM pages WHERE url = ?")?;
        let mut at = from;
        for _ in 0..LONGEST_CHAIN {
            if at == to {
                return Ok(true);
            }
            match next.query_row([at], |row| row.get::<_, Option<UrlId>>(0)).optional()?.flatten() {
                Some(target) => at = target,
                None => break,
            }
        }
        Ok(false)
    }
}
