//! Pages and findings of an audit, for reading.

use super::transaction::Transaction;
use super::value::{Row, Value, values};
use super::{Result, Store, StoreError, audits};
use crate::model::{AuditId, Finding, FindingKind, Owner, PageRecord};

/// Pages of one statement.
const AT_ONCE: usize = 50;
const COLUMNS: &str = "number, url, depth, status, problem, redirect, title, content_type, bytes, first_byte_ms, \
    total_ms, broken, images";

/// Which pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFilter {
    /// Those with this status.
    pub status: Option<u16>,
    /// Those that are broken, or those that are not.
    pub broken: Option<bool>,
    /// Those whose URL contains this.
    pub url_contains: Option<String>,
    /// Those after this number.
    pub after: u64,
}

/// Which findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Those of this kind.
    pub kind: Option<FindingKind>,
    /// Those after this number.
    pub after: u64,
}

impl Store {
    /// Pages of an audit of this owner's, by number; none if there is no such audit.
    ///
    /// # Errors
    /// The store's.
    pub async fn pages(
        &self,
        owner: &Owner,
        audit: AuditId,
        filter: PageFilter,
        most: u32,
    ) -> Result<Option<Vec<PageRecord>>> {
        let owner = owner.clone();
        self.read(move |transaction| {
            Box::pin(async move {
                if !audits::is_of(transaction, &owner, audit).await? {
                    return Ok(None);
                }
                let sql = format!(
                    "SELECT {COLUMNS} FROM pages WHERE audit = $1 AND number > $2 \
                     AND (CAST($3 AS BIGINT) IS NULL OR status = $3) \
                     AND (CAST($4 AS BIGINT) IS NULL OR broken = $4) \
                     AND (CAST($5 AS TEXT) IS NULL OR lower(url) LIKE $5 ESCAPE '!') ORDER BY number LIMIT $6"
                );
                let pattern = filter.url_contains.as_deref().map(pattern);
                let values = values![audit, filter.after, filter.status, filter.broken, pattern, most];
                transaction.rows(&sql, values, page).await.map(Some)
            })
        })
        .await
    }

    /// A page by its number.
    ///
    /// # Errors
    /// The store's.
    pub async fn page(&self, owner: &Owner, audit: AuditId, number: u64) -> Result<Option<PageRecord>> {
        let filter = PageFilter { after: number.saturating_sub(1), ..PageFilter::default() };
        let found = self.pages(owner, audit, filter, 1).await?.into_iter().flatten();
        Ok(found.into_iter().find(|page| page.number == number))
    }

    /// Findings of an audit of this owner's, by number; none if there is no such audit.
    ///
    /// # Errors
    /// The store's.
    pub async fn findings(
        &self,
        owner: &Owner,
        audit: AuditId,
        filter: FindingFilter,
        most: u32,
    ) -> Result<Option<Vec<Finding>>> {
        let owner = owner.clone();
        self.read(move |transaction| {
            Box::pin(async move {
                if !audits::is_of(transaction, &owner, audit).await? {
                    return Ok(None);
                }
                let sql = "SELECT number, kind, url, detail FROM findings WHERE audit = $1 AND number > $2 \
                    AND (CAST($3 AS TEXT) IS NULL OR kind = $3) ORDER BY number LIMIT $4";
                let values = values![audit, filter.after, filter.kind.map(FindingKind::name), most];
                transaction.rows(sql, values, finding).await.map(Some)
            })
        })
        .await
    }
}

/// Writes pages, over those that have their numbers.
pub(super) async fn insert(transaction: &mut dyn Transaction, audit: AuditId, pages: &[PageRecord]) -> Result<()> {
    for some in pages.chunks(AT_ONCE) {
        let mut values = vec![Value::from(audit)];
        let mut rows = Vec::new();
        for page in some {
            let from = values.len() + 1;
            values.extend(values![
                page.number,
                &page.url,
                page.depth,
                page.status,
                page.problem.as_deref(),
                page.redirect.as_deref(),
                page.title.as_deref(),
                page.content_type.as_deref(),
                page.bytes,
                page.first_byte_ms,
                page.total_ms,
                page.broken,
            ]);
            values.push(Value::json(&page.images)?);
            let numbers: Vec<String> = (from..=values.len()).map(|number| format!("${number}")).collect();
            rows.push(format!("($1, {})", numbers.join(", ")));
        }
        let updates: Vec<String> =
            COLUMNS.split(", ").skip(1).map(str::trim).map(|name| format!("{name} = excluded.{name}")).collect();
        let sql = format!(
            "INSERT INTO pages (audit, {COLUMNS}) VALUES {} ON CONFLICT (audit, number) DO UPDATE SET {}",
            rows.join(", "),
            updates.join(", ")
        );
        transaction.change(&sql, values).await?;
    }
    Ok(())
}

/// Writes the findings of an audit, numbered as they stand, in place of those that were there.
pub(super) async fn insert_findings(
    transaction: &mut dyn Transaction,
    audit: AuditId,
    findings: &[Finding],
) -> Result<()> {
    transaction.change("DELETE FROM findings WHERE audit = $1", values![audit]).await?;
    let sql = "INSERT INTO findings (audit, number, kind, url, detail) VALUES ($1, $2, $3, $4, $5)";
    for (number, finding) in (1_u64..).zip(findings) {
        let detail = Value::json(&finding.detail)?;
        let values = vec![audit.into(), number.into(), finding.kind.name().into(), (&finding.url).into(), detail];
        transaction.change(sql, values).await?;
    }
    Ok(())
}

/// What `LIKE` looks for, in lower case: this text, anywhere.
fn pattern(text: &str) -> String {
    let escaped: String =
        text.to_lowercase().chars().flat_map(|c| "!%_".contains(c).then_some('!').into_iter().chain([c])).collect();
    format!("%{escaped}%")
}

fn page(row: &mut Row<'_>) -> Result<PageRecord> {
    Ok(PageRecord {
        number: row.number()?,
        url: row.text()?,
        depth: row.number()?,
        status: row.maybe_number()?,
        problem: row.maybe_text()?,
        redirect: row.maybe_text()?,
        title: row.maybe_text()?,
        content_type: row.maybe_text()?,
        bytes: row.number()?,
        first_byte_ms: row.number()?,
        total_ms: row.number()?,
        broken: row.flag()?,
        images: row.json()?,
    })
}

fn finding(row: &mut Row<'_>) -> Result<Finding> {
    let (number, kind, url) = (row.number()?, row.str()?, row.text()?);
    let kind = FindingKind::from_name(kind).ok_or_else(|| StoreError::Failed(format!("there is no kind {kind}")))?;
    Ok(Finding { number, kind, url, detail: row.json()? })
}
