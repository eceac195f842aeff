//! Requests that are sent twice and done once.

use super::transaction::Transaction;
use super::value::{Row, values};
use super::{Created, Result, StoreError};
use crate::model::Owner;

/// A request that may be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotent {
    /// Whose.
    pub owner: Owner,
    /// The client's `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of what was asked for: method, path and body.
    pub fingerprint: Vec<u8>,
    /// The answer, kept together with what it is about.
    pub response: StoredResponse,
}

/// An answer that is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResponse {
    /// The status.
    pub status: u16,
    /// The `Location`.
    pub location: Option<String>,
    /// The body, JSON.
    pub body: String,
}

/// Keeps the answer, unless the request came before: then says what became of it.
///
/// Two at once: the second waits for the first's transaction to end, and then finds its answer, or none.
pub(super) async fn keep(transaction: &mut dyn Transaction, again: &Idempotent) -> Result<Option<Created>> {
    let now = transaction.now().await?;
    let response = &again.response;
    let sql = "INSERT INTO idempotency (owner, key, fingerprint, status, location, body, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner, key) DO NOTHING";
    let values = values![
        &again.owner,
        &again.key,
        again.fingerprint.clone(),
        response.status,
        response.location.as_deref(),
        &response.body,
        now
    ];
    if transaction.change(sql, values).await? > 0 {
        return Ok(None);
    }
    let sql = "SELECT fingerprint, status, location, body FROM idempotency WHERE owner = $1 AND key = $2";
    let read = |row: &mut Row<'_>| {
        if row.bytes()? != again.fingerprint {
            return Ok(Created::OtherRequest);
        }
        let (status, location, body) = (row.number()?, row.maybe_text()?, row.text()?);
        Ok(Created::Before(StoredResponse { status, location, body }))
    };
    let before = transaction.row(sql, values![&again.owner, &again.key], read).await?;
    // Gone between the two statements: its day was over just now. Once more will do.
    before.map(Some).ok_or_else(|| StoreError::Unavailable("the key has just run out".to_owned()))
}

/// As if the request had not come.
pub(super) async fn forget(transaction: &mut dyn Transaction, again: &Idempotent) -> Result<()> {
    let sql = "DELETE FROM idempotency WHERE owner = $1 AND key = $2";
    transaction.change(sql, values![&again.owner, &again.key]).await.map(drop)
}
