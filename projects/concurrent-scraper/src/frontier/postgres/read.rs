//! Reading: what this process's output has yet to write, figures, and the whole crawl as a state file.

use super::connect::Target;
use super::rows;
use super::schema::{DONE, KNOWN};
use super::{failed, schema};
use crate::frontier::{Counts, Emitted, FrontierError, Place, Row, Validators};
use crate::page::Link;
use crate::store::{Import, links};
use futures::{StreamExt, TryStreamExt};
use std::collections::HashMap;
use std::path::Path;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, GenericClient};

/// Rows written at a time.
const BATCH: usize = 512;

const COUNTS: &str = "
SELECT sum(added)::bigint, sum(done)::bigint, sum(bytes)::bigint,
       (SELECT count(*) FROM urls WHERE state = 3)
FROM workers";

pub(super) async fn counts(client: &Client) -> Result<Counts, Error> {
    let row = client.query_one(COUNTS, &[]).await?;
    let count = |column| row.get::<_, Option<i64>>(column).unwrap_or_default().unsigned_abs();
    let (added, done, leased) = (count(0), count(1), count(3));
    Ok(Counts { pending: added.saturating_sub(done + leased), leased, done, bytes: count(2) })
}

/// Up to `most` rows behind `after` that belong to this worker's output.
pub(super) async fn rows(
    client: &Client,
    worker: i64,
    after: i64,
    most: usize,
    with_links: bool,
) -> Result<Vec<Row>, Error> {
    let sql = format!("SELECT {} WHERE pages.worker = $1 AND seq > $2 ORDER BY seq LIMIT $3", rows::COLUMNS);
    let mut batch = Vec::new();
    for found in client.query(&sql, &[&worker, &after, &(most as i64)]).await? {
        let mut row = rows::read(&found);
        if with_links {
            row.page.links = Some(links_of(client, found.get("links")).await?);
        }
        batch.push(row);
    }
    Ok(batch)
}

pub(super) async fn emitted(client: &Client, worker: i64) -> Result<Option<Emitted>, Error> {
    let rows = client.query("SELECT name, seq, length FROM emitted WHERE worker = $1", &[&worker]).await?;
    let Some(seq) = rows.iter().find(|row| row.get::<_, &str>(0).is_empty()).map(|row| row.get::<_, i64>(1)) else {
        return Ok(None);
    };
    let of_now = rows.iter().filter(|row| row.get::<_, i64>(1) == seq && !row.get::<_, &str>(0).is_empty());
    let lengths = of_now.map(|row| (row.get(0), row.get::<_, i64>(2).unsigned_abs())).collect();
    Ok(Some(Emitted { seq, lengths }))
}

/// The links in a blob, with their URLs.
pub(super) async fn links_of(client: &impl GenericClient, blob: &[u8]) -> Result<Vec<Link>, Error> {
    let ids: Vec<i64> = links::read(blob).map(|(id, _)| id).collect();
    let rows = client.query("SELECT id, url FROM urls WHERE id = ANY($1)", &[&ids]).await?;
    let urls: HashMap<i64, String> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let link = |(id, kind)| Link { url: urls.get(&id).cloned().unwrap_or_default(), kind };
    Ok(links::read(blob).map(link).collect())
}

/// Copies a crawl, as it is at this moment, into a new state file: reports and exports read that. Processes that are at
/// work on it are not disturbed. Needs as much room on the disk as the crawl has rows, and little memory.
///
/// # Errors
/// If there is no such crawl, if the database does not answer, or if the file cannot be written.
pub async fn copy(target: &Target, path: &Path) -> Result<(), FrontierError> {
    let mut client = target.connect().await?;
    schema::check(&client, &target.crawl).await?;
    let snapshot = client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead);
    let transaction = snapshot.read_only(true).start().await.map_err(failed)?;
    let mut file = Import::open(path)?;
    let none: [&(dyn ToSql + Sync); 0] = [];

    for row in transaction.query("SELECT key, value FROM meta WHERE key <> 'version'", &[]).await.map_err(failed)? {
        file.word(row.get(0), row.get(1))?;
    }
    let sql = "SELECT id, url, state, depth, hops, sitemap FROM urls ORDER BY id";
    let urls = transaction.query_raw(sql, none).await.map_err(failed)?;
    let mut urls = std::pin::pin!(urls.try_chunks(BATCH));
    while let Some(batch) = urls.next().await {
        let batch = batch.map_err(|error| failed(error.1))?;
        file.urls(batch.iter().map(|row| {
            let state = row.get::<_, i16>("state");
            let place = Place {
                depth: row.get::<_, i32>("depth").unsigned_abs(),
                hops: row.get::<_, i32>("hops").unsigned_abs(),
                sitemap: row.get("sitemap"),
            };
            (row.get("id"), row.get("url"), (state != KNOWN).then_some(place), state == DONE)
        }))?;
    }

    let sql = format!("SELECT {} ORDER BY seq", rows::COLUMNS);
    let pages = transaction.query_raw(&sql, none).await.map_err(failed)?;
    let mut pages = std::pin::pin!(pages.try_chunks(BATCH));
    while let Some(batch) = pages.next().await {
        let batch = batch.map_err(|error| failed(error.1))?;
        for row in &batch {
            let validators = Validators { etag: row.get("etag"), last_modified: row.get("last_modified") };
            file.page(&rows::read(row), row.get("id"), row.get("target"), &validators, row.get("links"))?;
        }
        file.commit()?;
    }
    file.commit()
}
