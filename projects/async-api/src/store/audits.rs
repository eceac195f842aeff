//! Audits: created, read, cancelled, deleted.

use super::transaction::{Together, Transaction};
use super::value::{Row, Value, values};
use super::{Change, Idempotent, Result, Store, StoreError, StoredResponse, events, idempotency};
use crate::model::{Audit, AuditId, AuditOptions, AuditState, Counts, EventKind, Owner, ScheduleId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an answer is kept for a request that may be sent again.
const ANSWERS: Duration = Duration::from_secs(24 * 3600);
/// Milliseconds of a day, by UTC: the quota's.
const DAY: i64 = 24 * 3600 * 1000;

/// The columns that [`read`] takes, in its order.
macro_rules! columns {
    () => {
        "id, owner, url, options, state, cancelling, attempt, error, schedule, created_at, started_at, ended_at, pages, \
         pending, bytes, broken, findings"
    };
}
pub(super) use columns;

/// An audit by its id, if it is this owner's.
const ONE: &str = concat!("SELECT ", columns!(), " FROM audits WHERE id = $1 AND owner = $2");

/// The audit, its job, due at once, and its first event: `$7`.
///
/// Due by the clock of whoever creates it: one that is ahead of the database's delays it by as much.
static NEW: Together = Together::new(&[
    "INSERT INTO audits (id, owner, url, options, state, schedule, created_at, last_event) \
        VALUES ($1, $2, $3, $4, 'queued', $5, $6, 1)",
    "INSERT INTO jobs (audit, state, due) VALUES ($1, 'ready', $6)",
    "INSERT INTO events (audit, number, at, what) VALUES ($1, 1, $6, $7)",
]);

/// An audit to create. Id and time come from the caller, so that the answer can be written before the transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAudit {
    /// Which.
    pub id: AuditId,
    /// Whose.
    pub owner: Owner,
    /// Where it starts.
    pub url: String,
    /// How far it goes.
    pub options: AuditOptions,
    /// When.
    pub created_at: Timestamp,
    /// The schedule that creates it.
    pub schedule: Option<ScheduleId>,
}

impl NewAudit {
    /// The audit as it will stand in the store.
    pub fn audit(&self) -> Audit {
        Audit {
            id: self.id,
            owner: self.owner.clone(),
            url: self.url.clone(),
            options: self.options.clone(),
            state: AuditState::Queued,
            cancelling: false,
            attempt: 0,
            error: None,
            schedule: self.schedule,
            created_at: self.created_at,
            started_at: None,
            ended_at: None,
            counts: Counts::default(),
            findings: BTreeMap::new(),
        }
    }
}

/// What became of creating an audit.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// It was created; its job is queued.
    New,
    /// The same request came before: this is what was answered then.
    Before(StoredResponse),
    /// The same `Idempotency-Key` came before with another request.
    OtherRequest,
    /// The owner has created as many today, by UTC, as the quota allows.
    QuotaSpent,
}

/// Which audits of an owner are listed. The latest come first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those in this state.
    pub state: Option<AuditState>,
    /// Those before this one.
    pub before: Option<AuditId>,
}

/// What became of cancelling.
#[derive(Clone, Debug, PartialEq)]
pub enum Cancelled {
    /// It is cancelled, or will be as soon as whoever runs it looks.
    Yes(Box<Audit>),
    /// It was over already.
    Over(Box<Audit>),
    /// The owner has no such audit.
    NoSuch,
}

/// What became of retrying.
#[derive(Clone, Debug, PartialEq)]
pub enum Retried {
    /// It is queued again, with all its attempts.
    Yes(Box<Audit>),
    /// It has not failed.
    NotFailed(Box<Audit>),
    /// The owner has no such audit.
    NoSuch,
}

impl Store {
    /// Creates an audit, its job and its first event, and keeps the answer if the request may be sent again: all in one
    /// transaction. `quota`: the most audits of this owner in a day.
    ///
    /// # Errors
    /// The store's.
    pub async fn create_audit(&self, new: NewAudit, quota: Option<u32>, again: Option<Idempotent>) -> Result<Created> {
        if quota.is_none() && again.is_none() {
            self.together(&NEW, values_of(&new)?, Change::Work).await?;
            return Ok(Created::New);
        }
        self.write(move |transaction| Box::pin(create(transaction, new, quota, again))).await
    }

    /// An audit of this owner's.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit(&self, owner: &Owner, id: AuditId) -> Result<Option<Audit>> {
        Ok(self.select(ONE, values![id, owner], read).await?.pop())
    }

    /// The owner's audits, at most so many.
    ///
    /// # Errors
    /// The store's.
    pub async fn audits(&self, owner: &Owner, filter: AuditFilter, most: u32) -> Result<Vec<Audit>> {
        let state = filter.state.map(AuditState::name);
        let values = values![owner, state, filter.before, most];
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM audits WHERE owner = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2) \
             AND (CAST($3 AS TEXT) IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
        );
        self.select(sql, values, read).await
    }

    /// Cancels an audit: at once if it waits, by way of its next heartbeat if it runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn cancel_audit(&self, owner: &Owner, id: AuditId) -> Result<Cancelled> {
        let owner = owner.clone();
        self.write(move |transaction| Box::pin(async move { cancel(transaction, &owner, id).await })).await
    }

    /// Queues an audit again whose attempts have all failed.
    ///
    /// # Errors
    /// The store's.
    pub async fn retry_audit(&self, owner: &Owner, id: AuditId) -> Result<Retried> {
        let owner = owner.clone();
        self.write(move |transaction| Box::pin(async move { retry(transaction, &owner, id).await })).await
    }

    /// Deletes an audit with all that belongs to it. Whoever runs it is told at its next heartbeat. Says whether there
    /// was one.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete_audit(&self, owner: &Owner, id: AuditId) -> Result<bool> {
        let owner = owner.clone();
        self.write(move |transaction| {
            Box::pin(async move {
                let job = "DELETE FROM jobs WHERE audit = $1 AND audit IN (SELECT id FROM audits WHERE owner = $2)";
                transaction.change(job, values![id, &owner]).await?;
                let deleted =
                    transaction.change("DELETE FROM audits WHERE id = $1 AND owner = $2", values![id, &owner]).await?;
                transaction.tell(Change::Audit(id));
                Ok(deleted > 0)
            })
        })
        .await
    }

    /// How many audits there are in each state, of all owners: for the metrics.
    ///
    /// # Errors
    /// The store's.
    pub async fn states(&self) -> Result<Vec<(AuditState, u64)>> {
        let read = |row: &mut Row<'_>| Ok((state(row.str()?)?, row.number()?));
        self.select("SELECT state, COUNT(*) FROM audits GROUP BY state", Vec::new(), read).await
    }

    /// Deletes audits that ended before this moment, with all that belongs to them, and answers that were kept for a
    /// day: at most so many of each in one call. Returns how many audits went.
    ///
    /// # Errors
    /// The store's.
    pub async fn purge(&self, before: Timestamp, most: u32) -> Result<u64> {
        self.write(move |transaction| {
            Box::pin(async move {
                let now = transaction.now().await?;
                let kept = Timestamp(now.0 - ANSWERS.as_millis() as i64);
                let answers = "DELETE FROM idempotency WHERE (owner, key) IN \
                    (SELECT owner, key FROM idempotency WHERE created_at < $1 LIMIT $2)";
                transaction.change(answers, values![kept, most]).await?;
                transaction.change("DELETE FROM quota WHERE day < $1", values![now.0 / DAY - 1]).await?;
                // Failed ones have a job still. Job first, as everywhere.
                let old =
                    "SELECT id FROM audits WHERE ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT $2";
                let mut gone = 0;
                for id in transaction.rows(old, values![before, most], |row| row.text()).await? {
                    transaction.change("DELETE FROM jobs WHERE audit = $1", values![&id]).await?;
                    // Retried a moment ago, it is not over any more.
                    let still = "DELETE FROM audits WHERE id = $1 AND ended_at IS NOT NULL";
                    gone += transaction.change(still, values![&id]).await?;
                }
                Ok(gone)
            })
        })
        .await
    }
}

async fn create(
    transaction: &mut dyn Transaction,
    new: NewAudit,
    quota: Option<u32>,
    again: Option<Idempotent>,
) -> Result<Created> {
    if let Some(again) = &again
        && let Some(before) = idempotency::keep(transaction, again).await?
    {
        return Ok(before);
    }
    if !within_quota(transaction, &new.owner, quota).await? {
        if let Some(again) = &again {
            idempotency::forget(transaction, again).await?; // it may be sent again tomorrow
        }
        return Ok(Created::QuotaSpent);
    }
    insert(transaction, &new).await?;
    Ok(Created::New)
}

/// Counts one more audit of the owner's today; false, and nothing counted, if that is one too many.
pub(super) async fn within_quota(transaction: &mut dyn Transaction, owner: &Owner, quota: Option<u32>) -> Result<bool> {
    let Some(quota) = quota else { return Ok(true) };
    if quota == 0 {
        return Ok(false);
    }
    let day = transaction.now().await?.0 / DAY;
    // One statement: two who ask at once count one after the other.
    let sql = "INSERT INTO quota (owner, day, audits) VALUES ($1, $2, 1) ON CONFLICT (owner, day) \
        DO UPDATE SET audits = quota.audits + 1 WHERE quota.audits < $3";
    Ok(transaction.change(sql, values![owner, day, quota]).await? > 0)
}

/// The audit, its job and its first event.
pub(super) async fn insert(transaction: &mut dyn Transaction, new: &NewAudit) -> Result<()> {
    transaction.tell(Change::Work);
    transaction.changes(&NEW, values_of(new)?).await
}

/// The values of [`NEW`].
fn values_of(new: &NewAudit) -> Result<Vec<Value>> {
    let what = EventKind::State { state: AuditState::Queued, attempt: 0, error: None };
    let (options, what) = (Value::json(&new.options)?, Value::json(&what)?);
    Ok(values![new.id, &new.owner, &new.url, options, new.schedule, new.created_at, what])
}

/// Whether there is such an audit of this owner's: what is asked before anything of it is shown.
pub(super) async fn is_of(transaction: &mut dyn Transaction, owner: &Owner, id: AuditId) -> Result<bool> {
    let sql = "SELECT 1 FROM audits WHERE id = $1 AND owner = $2";
    transaction.any(sql, values![id, owner]).await
}

async fn one(transaction: &mut dyn Transaction, owner: &Owner, id: AuditId) -> Result<Option<Audit>> {
    transaction.row(ONE, values![id, owner], read).await
}

/// The state of the audit's job, locked until the end of the transaction; none if the audit has no job any more.
async fn job(transaction: &mut dyn Transaction, id: AuditId) -> Result<Option<String>> {
    let sql = format!("SELECT state FROM jobs WHERE audit = $1{}", transaction.lock());
    transaction.row(&sql, values![id], |row| row.text()).await
}

async fn cancel(transaction: &mut dyn Transaction, owner: &Owner, id: AuditId) -> Result<Cancelled> {
    if !is_of(transaction, owner, id).await? {
        return Ok(Cancelled::NoSuch);
    }
    let cancelled = match job(transaction, id).await?.as_deref() {
        Some("ready") => {
            let now = transaction.now().await?;
            transaction.change("DELETE FROM jobs WHERE audit = $1", values![id]).await?;
            let sql = "UPDATE audits SET state = 'cancelled', ended_at = $2 WHERE id = $1";
            transaction.change(sql, values![id, now]).await?;
            let what = EventKind::State { state: AuditState::Cancelled, attempt: 0, error: None };
            events::add(transaction, id, now, &what).await?;
            true
        }
        Some("running") => {
            transaction.change("UPDATE audits SET cancelling = 1 WHERE id = $1", values![id]).await?;
            transaction.tell(Change::Audit(id));
            true
        }
        _ => false,
    };
    // Deleted meanwhile, it is none.
    let Some(audit) = one(transaction, owner, id).await?.map(Box::new) else { return Ok(Cancelled::NoSuch) };
    Ok(if cancelled { Cancelled::Yes(audit) } else { Cancelled::Over(audit) })
}

async fn retry(transaction: &mut dyn Transaction, owner: &Owner, id: AuditId) -> Result<Retried> {
    if !is_of(transaction, owner, id).await? {
        return Ok(Retried::NoSuch);
    }
    let failed = job(transaction, id).await?.as_deref() == Some("dead");
    if failed {
        let now = transaction.now().await?;
        let sql = "UPDATE jobs SET state = 'ready', due = $2, failures = 0, worker = NULL WHERE audit = $1";
        transaction.change(sql, values![id, now]).await?;
        let sql = "UPDATE audits SET state = 'queued', ended_at = NULL, cancelling = 0 WHERE id = $1";
        transaction.change(sql, values![id]).await?;
        let what = EventKind::State { state: AuditState::Queued, attempt: 0, error: None };
        events::add(transaction, id, now, &what).await?;
        transaction.tell(Change::Work);
    }
    let Some(audit) = one(transaction, owner, id).await?.map(Box::new) else { return Ok(Retried::NoSuch) };
    Ok(if failed { Retried::Yes(audit) } else { Retried::NotFailed(audit) })
}

/// An audit from the cells of [`columns`].
pub(super) fn read(row: &mut Row<'_>) -> Result<Audit> {
    Ok(Audit {
        id: AuditId(row.id()?),
        owner: Owner(row.text()?),
        url: row.text()?,
        options: row.json()?,
        state: state(row.str()?)?,
        cancelling: row.flag()?,
        attempt: row.number()?,
        error: row.maybe_text()?,
        schedule: row.maybe_id()?.map(ScheduleId),
        created_at: row.time()?,
        started_at: row.maybe_time()?,
        ended_at: row.maybe_time()?,
        counts: Counts { pages: row.number()?, pending: row.number()?, bytes: row.number()?, broken: row.number()? },
        findings: row.json()?,
    })
}

fn state(name: &str) -> Result<AuditState> {
    AuditState::from_name(name).ok_or_else(|| StoreError::Failed(format!("there is no state {name}")))
}
