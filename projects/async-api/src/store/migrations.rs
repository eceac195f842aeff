//! The tables, and how they got there: numbered steps, each run once, in order.

use super::transaction::Transaction;
use super::value::values;
use super::{Result, StoreError};
use sha2::{Digest, Sha256};

/// In PostgreSQL's words; [`for_sqlite`] says them in SQLite's. A step that has been released is never changed again.
const STEPS: &[&str] = &[include_str!("migrations/0001_tables.sql")];

/// The few words that SQLite has others for.
pub fn for_sqlite(sql: &str) -> String {
    sql.replace("BYTEA", "BLOB")
}

/// Brings the tables up to date, in a transaction that nobody else runs at the same time. `translate` says a step in the
/// database's own words.
///
/// # Errors
/// If the database was made by a later version, or by a step that has been changed since.
pub async fn run(transaction: &mut dyn Transaction, translate: fn(&str) -> String) -> Result<()> {
    let table = "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)";
    transaction.change(table, Vec::new()).await?;
    let done = transaction.rows("SELECT sha256 FROM migrations ORDER BY number", Vec::new(), |row| row.text()).await?;
    if done.len() > STEPS.len() {
        let (theirs, ours) = (done.len(), STEPS.len());
        return Err(StoreError::Failed(format!(
            "it is of a later version: step {theirs}, and this program knows {ours}"
        )));
    }
    for (index, step) in STEPS.iter().enumerate() {
        let sum: String = Sha256::digest(step.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        match done.get(index) {
            Some(known) if *known == sum => continue,
            Some(_) => return Err(StoreError::Failed(format!("step {} was another when it was run", index + 1))),
            None => {}
        }
        for statement in translate(step).split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            transaction.change(statement, Vec::new()).await?;
        }
        let now = transaction.now().await?;
        let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
        transaction.change("INSERT INTO migrations VALUES ($1, $2, $3)", values![number, sum, now]).await?;
    }
    Ok(())
}
