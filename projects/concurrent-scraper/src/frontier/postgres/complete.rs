//! Completing: what a group of visits has found out, in one transaction.

use super::lease::Held;
use super::read::links_of;
use super::rows::{self, Stored};
use super::urls::{Interned, Urls};
use super::{failed, lease};
use crate::frontier::{Emitted, Found, FrontierError, Row, UrlId, Visit};
use crate::page::{LinkKind, Problem, ProblemKind};
use crate::store::links;
use std::collections::HashMap;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Statement, Transaction};

/// Links in a row to look behind for the start of a redirect loop.
const LONGEST_CHAIN: usize = 64;
/// Tries of a transaction that the database ends because another one is in its way.
const MOST_TRIES: usize = 10;

/// The fence: of these leases those that are still what they were, which are done now. Everything else in the
/// transaction is about them alone.
const FENCE: &str = "
UPDATE urls SET state = 1, worker = NULL, until = NULL, tries = 0, not_before = NULL
FROM unnest($1::bigint[], $2::integer[]) AS mine (id, attempt)
WHERE urls.id = mine.id AND state = 3 AND urls.attempt = mine.attempt
RETURNING urls.id, host";

/// Two redirects that lead to each other must not be stored side by side, neither seeing the other.
const REDIRECTS: &str = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':redirects', 0))";

const EMITTED: &str = "
INSERT INTO emitted SELECT $1::bigint, name, $2::bigint, length FROM unnest($3::text[], $4::bigint[]) AS new (name, length)
ON CONFLICT (worker, name) DO UPDATE SET seq = excluded.seq, length = excluded.length";

const COUNT: &str = "UPDATE workers SET added = added + $2, done = done + $3, bytes = bytes + $4 WHERE id = $1";

/// The gap counts from the end of a request. A host that went well (`$1` but not `$2`) gets back a place that it lost
/// when it asked to slow down.
const HOSTS: &str = "
WITH changed AS (
    SELECT id FROM hosts
    WHERE id = ANY($1) AND (delay > interval '0' OR (places < most AND NOT id = ANY($2))) ORDER BY id FOR UPDATE
)
UPDATE hosts SET next_at = greatest(next_at, clock_timestamp() + delay),
    places = CASE WHEN hosts.id = ANY($2) THEN places ELSE least(most, places + 1) END
FROM changed WHERE hosts.id = changed.id";

/// The connection that completes, with its statements.
pub(super) struct Completing {
    pub(super) client: Client,
    pub(super) urls: Urls,
    worker: i64,
    fence: Statement,
    write: Statement,
    count: Statement,
    hosts: Statement,
}

impl Completing {
    pub(super) async fn new(client: Client, worker: i64, urls: Urls) -> Result<Completing, Error> {
        Ok(Completing {
            worker,
            urls,
            fence: client.prepare(FENCE).await?,
            write: client.prepare(rows::WRITE).await?,
            count: client.prepare(COUNT).await?,
            hosts: client.prepare(HOSTS).await?,
            client,
        })
    }

    pub(super) async fn add(&mut self, found: &[Found]) -> Result<(), FrontierError> {
        for tries in 1.. {
            match self.try_add(found).await {
                Ok(interned) => {
                    self.urls.committed(interned);
                    break;
                }
                Err(error) => self.rolled_back(error, tries)?,
            }
        }
        Ok(())
    }

    /// Ends the visits whose leases, beside them, still hold.
    pub(super) async fn complete(
        &mut self,
        mut visits: Vec<Visit>,
        held: &[Held],
        emitted: Option<&Emitted>,
    ) -> Result<Vec<Row>, FrontierError> {
        for tries in 1.. {
            match self.try_complete(&mut visits, held, emitted).await {
                Ok((interned, places)) => {
                    self.urls.committed(interned);
                    let committed = visits
                        .into_iter()
                        .filter_map(|visit| places.get(&visit.id).map(|seq| Row { seq: *seq, page: visit.page }));
                    return Ok(committed.collect());
                }
                Err(error) => self.rolled_back(error, tries)?,
            }
        }
        Ok(Vec::new())
    }

    /// Whether it makes sense to try again.
    fn rolled_back(&mut self, error: Error, tries: usize) -> Result<(), FrontierError> {
        self.urls.rolled_back();
        let passing = [SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE];
        match error.code() {
            Some(code) if passing.contains(code) && tries < MOST_TRIES => Ok(()),
            _ => Err(failed(error)),
        }
    }

    async fn try_add(&mut self, found: &[Found]) -> Result<Interned, Error> {
        let transaction = self.client.transaction().await?;
        let interned = self.urls.intern(&transaction, found.iter()).await?;
        transaction.execute(&self.count, &[&self.worker, &interned.added, &0_i64, &0_i64]).await?;
        transaction.commit().await?;
        Ok(interned)
    }

    async fn try_complete(
        &mut self,
        visits: &mut [Visit],
        held: &[Held],
        emitted: Option<&Emitted>,
    ) -> Result<(Interned, HashMap<UrlId, i64>), Error> {
        let transaction = self.client.transaction().await?;
        if visits.iter().any(|visit| visit.page.redirect.is_some() || visit.page.not_modified) {
            transaction.execute(REDIRECTS, &[]).await?;
        }
        let (ids, attempts) = lease::columns(held);
        let mine = transaction.query(&self.fence, &[&ids, &attempts]).await?;
        let mine: HashMap<UrlId, i64> = mine.iter().map(|row| (row.get(0), row.get(1))).collect();
        let mut visits: Vec<&mut Visit> = visits.iter_mut().filter(|visit| mine.contains_key(&visit.id)).collect();

        let found = visits.iter().flat_map(|visit| &visit.found);
        let interned = self.urls.intern(&transaction, found).await?;
        let mut stored = Vec::with_capacity(visits.len());
        let mut redirects = HashMap::new();
        for visit in &mut visits {
            let (blob, redirect) = links_and_redirect(&transaction, visit, &interned, &redirects).await?;
            redirects.insert(visit.id, redirect);
            stored.push((blob, redirect));
        }
        let rows: Vec<Stored> = visits
            .iter()
            .zip(&stored)
            .map(|(visit, (links, redirect))| {
                let validators = &visit.validators;
                Stored { id: visit.id, page: &visit.page, redirect: *redirect, validators, links }
            })
            .collect();
        let places = rows::write(&transaction, &self.write, self.worker, &rows).await?;
        if let Some(emitted) = emitted {
            remember(&transaction, self.worker, emitted).await?;
        }
        let bytes: u64 = visits.iter().map(|visit| visit.page.bytes).sum();
        let (done, bytes) = (visits.len() as i64, i64::try_from(bytes).unwrap_or(i64::MAX));
        transaction.execute(&self.count, &[&self.worker, &interned.added, &done, &bytes]).await?;
        let busy = visits.iter().filter(|visit| matches!(visit.page.status, Some(429 | 503)));
        let busy: Vec<i64> = busy.map(|visit| mine[&visit.id]).collect();
        let hosts: Vec<i64> = mine.values().copied().collect();
        transaction.execute(&self.hosts, &[&hosts, &busy]).await?;
        transaction.commit().await?;
        Ok((interned, visits.iter().map(|visit| visit.id).zip(places).collect()))
    }
}

/// A page's links as a blob, and where it redirects to. Marks the page if that leads back to it.
async fn links_and_redirect(
    transaction: &Transaction<'_>,
    visit: &mut Visit,
    interned: &Interned,
    before: &HashMap<UrlId, Option<UrlId>>,
) -> Result<(Vec<u8>, Option<UrlId>), Error> {
    let mut blob = Vec::with_capacity(visit.found.len() * 3);
    for found in &visit.found {
        if let Some(id) = interned.id(&found.url) {
            links::push(&mut blob, id, found.kind);
        }
    }
    if visit.page.not_modified {
        recall(transaction, visit, &mut blob).await?;
    }
    let redirect = links::read(&blob).find(|(_, kind)| *kind == LinkKind::Redirect).map(|(id, _)| id);
    if let Some(target) = redirect
        && visit.page.problem.is_none()
        && leads_to(transaction, before, target, visit.id).await?
    {
        let message = format!("{} leads back here", visit.page.redirect.as_deref().unwrap_or_default());
        visit.page.problem = Some(Problem::new(ProblemKind::RedirectLoop, message));
    }
    Ok((blob, redirect))
}

/// The page is as it was: what was known of it holds.
async fn recall(transaction: &Transaction<'_>, visit: &mut Visit, blob: &mut Vec<u8>) -> Result<(), Error> {
    let sql = format!("SELECT {} WHERE pages.url = $1", rows::COLUMNS);
    let Some(row) = transaction.query_opt(&sql, &[&visit.id]).await? else { return Ok(()) };
    let with_links = visit.page.links.is_some();
    visit.page.recall(rows::read(&row).page);
    *blob = row.get("links");
    if with_links {
        visit.page.links = Some(links_of(transaction, blob).await?);
    }
    Ok(())
}

/// Whether redirects lead from one URL to another: those `before` in this group, and those that are stored.
async fn leads_to(
    transaction: &Transaction<'_>,
    before: &HashMap<UrlId, Option<UrlId>>,
    from: UrlId,
    to: UrlId,
) -> Result<bool, Error> {
    let mut at = from;
    for _ in 0..LONGEST_CHAIN {
        if at == to {
            return Ok(true);
        }
        let next = match before.get(&at) {
            Some(redirect) => *redirect,
            None => {
                let row = transaction.query_opt("SELECT redirect FROM pages WHERE url = $1", &[&at]).await?;
                row.and_then(|row| row.get(0))
            }
        };
        match next {
            Some(target) => at = target,
            None => break,
        }
    }
    Ok(false)
}

async fn remember(transaction: &Transaction<'_>, worker: i64, emitted: &Emitted) -> Result<(), Error> {
    let mut names = vec![""];
    let mut lengths = vec![0_i64];
    for (name, length) in &emitted.lengths {
        names.push(name);
        lengths.push(i64::try_from(*length).unwrap_or(i64::MAX));
    }
    transaction.execute(EMITTED, &[&worker, &emitted.seq, &names, &lengths]).await.map(drop)
}
