//! Pages as rows of the table `pages`.

use crate::frontier::{Row, UrlId, Validators};
use crate::page::{Page, Problem, ProblemKind};
use std::borrow::Cow;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Statement, Transaction};

/// The columns that [`read`] wants.
pub(super) const COLUMNS: &str = "
    pages.seq, pages.url AS id, urls.url, urls.depth, urls.hops, status, problem, message, target.url AS redirect,
    pages.redirect AS target, content_type, charset, title, canonical, bytes, hash, first_byte_ms, total_ms,
    fetched_at_ms, attempts, not_modified, no_index, truncated, link_count, etag, last_modified, fields, links
    FROM pages JOIN urls ON urls.id = pages.url LEFT JOIN urls AS target ON target.id = pages.redirect";

/// An older visit of the same URL makes place. `$23` whose output the rows belong to.
pub(super) const WRITE: &str = "
INSERT INTO pages (url, status, problem, message, redirect, content_type, charset, title, canonical, bytes, hash,
    first_byte_ms, total_ms, fetched_at_ms, attempts, not_modified, no_index, truncated, link_count, etag,
    last_modified, fields, links, worker)
SELECT *, $24::bigint FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::integer[],
    $16::boolean[], $17::boolean[], $18::boolean[], $19::bigint[], $20::text[], $21::text[], $22::text[], $23::bytea[])
ON CONFLICT (url) DO UPDATE SET seq = DEFAULT, status = excluded.status, problem = excluded.problem,
    message = excluded.message, redirect = excluded.redirect, content_type = excluded.content_type,
    charset = excluded.charset, title = excluded.title, canonical = excluded.canonical, bytes = excluded.bytes,
    hash = excluded.hash, first_byte_ms = excluded.first_byte_ms, total_ms = excluded.total_ms,
    fetched_at_ms = excluded.fetched_at_ms, attempts = excluded.attempts, not_modified = excluded.not_modified,
    no_index = excluded.no_index, truncated = excluded.truncated, link_count = excluded.link_count,
    etag = excluded.etag, last_modified = excluded.last_modified, fields = excluded.fields, links = excluded.links,
    worker = excluded.worker
RETURNING seq, url";

/// A page and what is stored beside it.
pub(super) struct Stored<'a> {
    pub(super) id: UrlId,
    pub(super) page: &'a Page,
    pub(super) redirect: Option<UrlId>,
    pub(super) validators: &'a Validators,
    pub(super) links: &'a [u8],
}

/// Writes rows. Returns the place of each in the order of commits.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    statement: &Statement,
    worker: i64,
    rows: &[Stored<'_>],
) -> Result<Vec<i64>, Error> {
    macro_rules! column {
        (|$row:ident| $value:expr) => {
            rows.iter().map(|$row| $value).collect::<Vec<_>>()
        };
    }
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let problem = |row: &Stored| row.page.problem.as_ref().map(|problem| problem.kind.name());
    // Strings, numbers and lists of them: always possible.
    let fields = |page: &Page| serde_json::to_string(&page.fields).ok().filter(|_| !page.fields.is_empty());
    let parameters: [&(dyn ToSql + Sync); 24] = [
        &column!(|row| row.id),
        &column!(|row| row.page.status.map(i32::from)),
        &column!(|row| problem(row)),
        &column!(|row| row.page.problem.as_ref().map(|problem| text(&problem.message))),
        &column!(|row| row.redirect),
        &column!(|row| optional(&row.page.content_type)),
        &column!(|row| optional(&row.page.charset)),
        &column!(|row| optional(&row.page.title)),
        &column!(|row| optional(&row.page.canonical)),
        &column!(|row| number(row.page.bytes)),
        &column!(|row| row.page.hash.as_deref()),
        &column!(|row| i64::from(row.page.first_byte_ms)),
        &column!(|row| i64::from(row.page.total_ms)),
        &column!(|row| number(row.page.fetched_at_ms)),
        &column!(|row| row.page.attempts.cast_signed()),
        &column!(|row| row.page.not_modified),
        &column!(|row| row.page.no_index),
        &column!(|row| row.page.truncated),
        &column!(|row| i64::from(row.page.link_count)),
        &column!(|row| optional(&row.validators.etag)),
        &column!(|row| optional(&row.validators.last_modified)),
        &column!(|row| fields(row.page)),
        &column!(|row| row.links),
        &worker,
    ];
    let written = transaction.query(statement, &parameters).await?;
    let places: std::collections::HashMap<UrlId, i64> = written.iter().map(|row| (row.get(1), row.get(0))).collect();
    Ok(rows.iter().map(|row| places.get(&row.id).copied().unwrap_or_default()).collect())
}

/// Reads a row with [`COLUMNS`]; its links are left to the caller.
pub(super) fn read(row: &tokio_postgres::Row) -> Row {
    let small = |name| u32::try_from(row.get::<_, i64>(name)).unwrap_or_default();
    let kind = row.get::<_, Option<&str>>("problem").and_then(ProblemKind::from_name);
    let message = || row.get::<_, Option<String>>("message").unwrap_or_default();
    let fields = row.get::<_, Option<&str>>("fields").and_then(|json| serde_json::from_str(json).ok());
    let page = Page {
        url: row.get("url"),
        depth: row.get::<_, i32>("depth").unsigned_abs(),
        status: row.get::<_, Option<i32>>("status").and_then(|status| u16::try_from(status).ok()),
        problem: kind.map(|kind| Problem::new(kind, message())),
        redirect: row.get("redirect"),
        hops: row.get::<_, i32>("hops").unsigned_abs(),
        content_type: row.get("content_type"),
        charset: row.get("charset"),
        title: row.get("title"),
        canonical: row.get("canonical"),
        bytes: row.get::<_, i64>("bytes").unsigned_abs(),
        hash: row.get("hash"),
        first_byte_ms: small("first_byte_ms"),
        total_ms: small("total_ms"),
        fetched_at_ms: row.get::<_, i64>("fetched_at_ms").unsigned_abs(),
        attempts: row.get::<_, i32>("attempts").unsigned_abs(),
        not_modified: row.get("not_modified"),
        no_index: row.get("no_index"),
        truncated: row.get("truncated"),
        link_count: small("link_count"),
        links: None,
        fields: fields.unwrap_or_default(),
    };
    Row { seq: row.get("seq"), page }
}

/// PostgreSQL has no room for a zero in a text; pages may have one in their title.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}").into() } else { text.into() }
}

fn optional(column: &Option<String>) -> Option<Cow<'_, str>> {
    column.as_deref().map(text)
}
