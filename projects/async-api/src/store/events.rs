//! Events of an audit.

use super::transaction::Transaction;
use super::value::{Row, Value, values};
use super::{Change, Result, Store, audits};
use crate::model::{AuditId, Event, EventKind, Owner, Timestamp};

impl Store {
    /// Events of an audit of this owner's behind this number, at most so many; none if there is no such audit.
    ///
    /// # Errors
    /// The store's.
    pub async fn events(&self, owner: &Owner, audit: AuditId, after: u64, most: u32) -> Result<Option<Vec<Event>>> {
        let owner = owner.clone();
        self.read(move |transaction| {
            Box::pin(async move {
                if !audits::is_of(transaction, &owner, audit).await? {
                    return Ok(None);
                }
                let sql =
                    "SELECT number, at, what FROM events WHERE audit = $1 AND number > $2 ORDER BY number LIMIT $3";
                let read = |row: &mut Row<'_>| Ok(Event { number: row.number()?, at: row.time()?, what: row.json()? });
                transaction.rows(sql, values![audit, after, most], read).await.map(Some)
            })
        })
        .await
    }
}

/// Adds an event, and tells those who listen. Numbers have no gaps: who counts locks the audit's row.
pub(super) async fn add(
    transaction: &mut dyn Transaction,
    audit: AuditId,
    at: Timestamp,
    what: &EventKind,
) -> Result<()> {
    let number = "UPDATE audits SET last_event = last_event + 1 WHERE id = $1 RETURNING last_event";
    let number: Option<u64> = transaction.row(number, values![audit], |row| row.number()).await?;
    let Some(number) = number else { return Ok(()) }; // it was deleted
    let values = vec![audit.into(), number.into(), at.into(), Value::json(what)?];
    transaction.change("INSERT INTO events (audit, number, at, what) VALUES ($1, $2, $3, $4)", values).await?;
    transaction.tell(Change::Audit(audit));
    Ok(())
}
