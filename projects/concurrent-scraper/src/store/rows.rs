//! Pages as rows of the table `pages`.

use crate::frontier::{UrlId, Validators};
use crate::page::{Page, Problem, ProblemKind};
use rusqlite::{Connection, Row, named_params};

const NOT_MODIFIED: u32 = 1;
const NO_INDEX: u32 = 2;
const TRUNCATED: u32 = 4;

/// The columns that [`read`] wants, from `pages`, and `urls` for the page itself and for what it redirects to.
pub(crate) const COLUMNS: &str = "
    pages.seq, urls.url, urls.depth, urls.hops, status, problem, message, target.url AS redirect, content_type, charset,
    title, canonical, bytes, hash, first_byte_ms, total_ms, fetched_at_ms, attempts, flags, link_count, fields, links
    FROM pages JOIN urls ON urls.id = pages.url LEFT JOIN urls AS target ON target.id = pages.redirect";

/// A page and what is stored beside it.
pub(crate) struct Stored<'a> {
    pub(crate) seq: i64,
    pub(crate) url: UrlId,
    pub(crate) page: &'a Page,
    pub(crate) redirect: Option<UrlId>,
    pub(crate) validators: &'a Validators,
    pub(crate) links: &'a [u8],
}

impl Stored<'_> {
    /// Writes the row. An older visit of the same URL makes place.
    pub(crate) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let page = self.page;
        let flag = |set: bool, flag: u32| if set { flag } else { 0 };
        let fields = match page.fields.is_empty() {
            true => None,
            // Strings, numbers and lists of them: always possible.
            false => serde_json::to_string(&page.fields).ok(),
        };
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO pages VALUES (:seq, :url, :status, :problem, :message, :redirect, :content_type,
                 :charset, :title, :canonical, :bytes, :hash, :first_byte_ms, :total_ms, :fetched_at_ms, :attempts,
                 :flags, :link_count, :etag, :last_modified, :fields, :links)",
            )?
            .execute(named_params! {
                ":seq": self.seq,
                ":url": self.url,
                ":status": page.status,
                ":problem": page.problem.as_ref().map(|problem| problem.kind.name()),
                ":message": page.problem.as_ref().map(|problem| problem.message.as_str()),
                ":redirect": self.redirect,
                ":content_type": page.content_type,
                ":charset": page.charset,
                ":title": page.title,
                ":canonical": page.canonical,
                ":bytes": page.bytes as i64,
                ":hash": page.hash.as_deref().map(unhex),
                ":first_byte_ms": page.first_byte_ms,
                ":total_ms": page.total_ms,
                ":fetched_at_ms": page.fetched_at_ms as i64,
                ":attempts": page.attempts,
                ":flags": flag(page.not_modified, NOT_MODIFIED) | flag(page.no_index, NO_INDEX)
                    | flag(page.truncated, TRUNCATED),
                ":link_count": page.link_count,
                ":etag": self.validators.etag,
                ":last_modified": self.validators.last_modified,
                ":fields": fields,
                ":links": self.links,
            })
            .map(drop)
    }
}

/// Reads a row with [`COLUMNS`]; its links are left to [`super::links::read`].
pub(crate) fn read(row: &Row) -> rusqlite::Result<(i64, Page)> {
    let flags: u32 = row.get("flags")?;
    let kind = row.get::<_, Option<String>>("problem")?.and_then(|name| ProblemKind::from_name(&name));
    let problem = match kind {
        Some(kind) => Some(Problem { kind, message: row.get("message")? }),
        None => None,
    };
    let fields = row.get::<_, Option<String>>("fields")?.and_then(|json| serde_json::from_str(&json).ok());
    let page = Page {
        url: row.get("url")?,
        depth: row.get("depth")?,
        status: row.get("status")?,
        problem,
        redirect: row.get("redirect")?,
        hops: row.get("hops")?,
        content_type: row.get("content_type")?,
        charset: row.get("charset")?,
        title: row.get("title")?,
        canonical: row.get("canonical")?,
        bytes: row.get::<_, i64>("bytes")?.unsigned_abs(),
        hash: row.get::<_, Option<Vec<u8>>>("hash")?.map(|bytes| hex(&bytes)),
        first_byte_ms: row.get("first_byte_ms")?,
        total_ms: row.get("total_ms")?,
        fetched_at_ms: row.get::<_, i64>("fetched_at_ms")?.unsigned_abs(),
        attempts: row.get("attempts")?,
        not_modified: flags & NOT_MODIFIED != 0,
        no_index: flags & NO_INDEX != 0,
        truncated: flags & TRUNCATED != 0,
        link_count: row.get("link_count")?,
        links: None,
        fields: fields.unwrap_or_default(),
    };
    Ok((row.get("seq")?, page))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(digits[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |character: u8| char::from(character).to_digit(16).unwrap_or_default() as u8;
    text.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |byte, character| byte << 4 | digit(*character))).collect()
}
