//! The queue: an audit's job is leased, kept alive, and ended by whoever has the latest lease.
//!
//! A lease is known by its attempt, which is the fencing token: each write of a worker names it, and a worker that was
//! thought dead, and whose job somebody else has now, writes nothing any more.

use super::transaction::Transaction;
use super::value::{Row, Value, values};
use super::{Change, Result, Store, audits, events, pages};
use crate::model::{Audit, AuditId, AuditState, Counts, EventKind, Finding, PageRecord, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// A job that was leased.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The audit to be done, as it stands.
    pub audit: Audit,
    /// The right to do it.
    pub lease: Lease,
    /// How many attempts have failed, or vanished with their worker. Those that were given up do not count.
    pub failures: u32,
    /// The number of the last page that an earlier attempt recorded; 0 if there is none.
    pub recorded: u64,
}

/// The right to do a job, until it ends, runs out, or somebody else gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Which audit.
    pub audit: AuditId,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// What a worker is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fenced {
    /// It was written; go on.
    Held,
    /// It was written; the audit is to be cancelled.
    Cancelling,
    /// Nothing was written: the lease is another's, or the audit is gone. Stop, and write nothing more.
    Lost,
}

/// How an attempt ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The audit is done, or was cancelled: these are its findings (their numbers are given by the store).
    Ended {
        /// Whether it was cancelled.
        cancelled: bool,
        /// Numbers, at the end.
        counts: Counts,
        /// What was found.
        findings: Vec<Finding>,
    },
    /// The attempt failed. It is tried again after this time; if there is none, it is kept as failed.
    Failed {
        /// What went wrong, for people.
        error: String,
        /// How long to wait.
        again_in: Option<Duration>,
    },
    /// The attempt was given up, and does not count: this process ends. Somebody else may go on at once.
    Released,
}

impl Store {
    /// Leases up to so many jobs that are due: new ones, ones to be tried again, and those of workers whose lease has
    /// run out. A job of which so many `attempts` have failed or vanished already is kept as failed instead.
    ///
    /// # Errors
    /// The store's.
    pub async fn lease(&self, worker: &str, most: u32, time: Duration, attempts: u32) -> Result<Vec<Job>> {
        let worker = worker.to_owned();
        self.write(move |transaction| {
            Box::pin(async move {
                let now = transaction.now().await?;
                let due = format!(
                    "SELECT audit, state, attempt, failures FROM jobs WHERE state <> 'dead' AND due <= $1 \
                     ORDER BY due LIMIT $2{}",
                    transaction.lock_free()
                );
                let mut jobs = Vec::new();
                let read = |row: &mut Row<'_>| {
                    let (audit, running) = (AuditId(row.id()?), row.str()? == "running");
                    let (attempt, failures): (u32, u32) = (row.number()?, row.number()?);
                    // It was being worked on: whoever did has vanished.
                    Ok((audit, attempt, failures + u32::from(running)))
                };
                for (audit, attempt, failures) in transaction.rows(&due, values![now, most], read).await? {
                    if failures >= attempts {
                        let error = "every attempt failed, or vanished with its worker";
                        let lease = Lease { audit, attempt };
                        fail(transaction, lease, now, failures, Failure { error, again_in: None }).await?;
                        continue;
                    }
                    let lease = Lease { audit, attempt: attempt + 1 };
                    jobs.push(begin(transaction, lease, failures, &worker, now, time).await?);
                }
                Ok(jobs)
            })
        })
        .await
    }

    /// Says that the worker is alive: its lease holds for this time from now.
    ///
    /// # Errors
    /// The store's.
    pub async fn heartbeat(&self, lease: Lease, time: Duration) -> Result<Fenced> {
        self.fenced(lease, move |transaction, now| {
            Box::pin(async move {
                let sql = "UPDATE jobs SET due = $2 WHERE audit = $1";
                transaction.change(sql, values![lease.audit, now.after(time)]).await.map(drop)
            })
        })
        .await
    }

    /// Throws away what earlier attempts recorded: this one begins anew.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_anew(&self, lease: Lease) -> Result<Fenced> {
        self.fenced(lease, move |transaction, _| {
            Box::pin(async move {
                transaction.change("DELETE FROM pages WHERE audit = $1", values![lease.audit]).await?;
                count(transaction, lease.audit, Counts::default()).await
            })
        })
        .await
    }

    /// Records pages and the numbers so far, as one event. A page whose number is there already is written over.
    ///
    /// # Errors
    /// The store's.
    pub async fn record(&self, lease: Lease, pages: Vec<PageRecord>, counts: Counts) -> Result<Fenced> {
        self.fenced(lease, move |transaction, now| {
            Box::pin(async move {
                pages::insert(transaction, lease.audit, &pages).await?;
                count(transaction, lease.audit, counts).await?;
                events::add(transaction, lease.audit, now, &EventKind::Progress { counts }).await
            })
        })
        .await
    }

    /// Ends the attempt: findings, state, event and job in one transaction.
    ///
    /// # Errors
    /// The store's.
    pub async fn end(&self, lease: Lease, outcome: Outcome) -> Result<Fenced> {
        self.fenced(lease, move |transaction, now| {
            Box::pin(async move {
                match outcome {
                    Outcome::Ended { cancelled, counts, findings } => {
                        pages::insert_findings(transaction, lease.audit, &findings).await?;
                        count(transaction, lease.audit, counts).await?;
                        finish(transaction, lease, now, cancelled, &findings).await
                    }
                    Outcome::Failed { error, again_in } => {
                        let sql = "SELECT failures FROM jobs WHERE audit = $1";
                        let before: Option<u32> =
                            transaction.row(sql, values![lease.audit], |row| row.number()).await?;
                        fail(transaction, lease, now, before.unwrap_or(0) + 1, Failure { error: &error, again_in })
                            .await
                    }
                    Outcome::Released => {
                        let sql = "UPDATE jobs SET state = 'ready', due = $2, worker = NULL WHERE audit = $1";
                        transaction.change(sql, values![lease.audit, now]).await?;
                        set_state(transaction, lease, now, AuditState::Queued, None).await?;
                        transaction.tell(Change::Work);
                        Ok(())
                    }
                }
            })
        })
        .await
    }

    /// Runs `work` if the lease is the latest, which nobody can change before the transaction ends. That its time has run
    /// out does not matter as long as nobody else has taken the job.
    async fn fenced<W>(&self, lease: Lease, work: W) -> Result<Fenced>
    where
        W: for<'t> FnOnce(&'t mut dyn Transaction, Timestamp) -> futures::future::BoxFuture<'t, Result<()>>
            + Send
            + 'static,
    {
        self.write(move |transaction| {
            Box::pin(async move {
                let sql = format!(
                    "SELECT attempt FROM jobs WHERE audit = $1 AND attempt = $2 AND state = 'running'{}",
                    transaction.lock()
                );
                if !transaction.any(&sql, values![lease.audit, lease.attempt]).await? {
                    return Ok(Fenced::Lost);
                }
                let now = transaction.now().await?;
                let asked = "SELECT cancelling FROM audits WHERE id = $1";
                let cancelling = transaction.row(asked, values![lease.audit], |row| row.flag()).await?;
                work(transaction, now).await?;
                Ok(if cancelling.unwrap_or(false) { Fenced::Cancelling } else { Fenced::Held })
            })
        })
        .await
    }
}

/// Why an attempt failed, and when to try again.
#[derive(Clone, Copy)]
struct Failure<'a> {
    error: &'a str,
    again_in: Option<Duration>,
}

async fn begin(
    transaction: &mut dyn Transaction,
    lease: Lease,
    failures: u32,
    worker: &str,
    now: Timestamp,
    time: Duration,
) -> Result<Job> {
    let sql = "UPDATE jobs SET state = 'running', attempt = $2, failures = $3, worker = $4, due = $5 WHERE audit = $1";
    let values = values![lease.audit, lease.attempt, failures, worker, now.after(time)];
    transaction.change(sql, values).await?;
    let sql = "UPDATE audits SET attempt = $2, started_at = $3 WHERE id = $1";
    transaction.change(sql, values![lease.audit, lease.attempt, now]).await?;
    set_state(transaction, lease, now, AuditState::Running, None).await?;
    let sql = concat!(
        "SELECT ",
        audits::columns!(),
        ", (SELECT COALESCE(MAX(number), 0) FROM pages WHERE audit = $1) FROM audits WHERE id = $1"
    );
    let read = |row: &mut Row<'_>| Ok(Job { audit: audits::read(row)?, lease, failures, recorded: row.number()? });
    let job = transaction.row(sql, values![lease.audit], read).await?;
    job.ok_or_else(|| super::StoreError::Failed("a job without its audit".to_owned()))
}

async fn fail(
    transaction: &mut dyn Transaction,
    lease: Lease,
    now: Timestamp,
    failures: u32,
    Failure { error, again_in }: Failure<'_>,
) -> Result<()> {
    let (job, audit) = if again_in.is_some() { ("ready", AuditState::Queued) } else { ("dead", AuditState::Failed) };
    let sql = "UPDATE jobs SET state = $2, due = $3, failures = $4, worker = NULL WHERE audit = $1";
    let due = now.after(again_in.unwrap_or_default());
    transaction.change(sql, values![lease.audit, job, due, failures]).await?;
    set_state(transaction, lease, now, audit, Some(error)).await
}

async fn finish(
    transaction: &mut dyn Transaction,
    lease: Lease,
    now: Timestamp,
    cancelled: bool,
    findings: &[Finding],
) -> Result<()> {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in findings {
        *kinds.entry(finding.kind.name()).or_default() += 1;
    }
    transaction.change("DELETE FROM jobs WHERE audit = $1", values![lease.audit]).await?;
    let values = vec![lease.audit.into(), Value::json(&kinds)?];
    transaction.change("UPDATE audits SET findings = $2, cancelling = 0 WHERE id = $1", values).await?;
    let state = if cancelled { AuditState::Cancelled } else { AuditState::Done };
    set_state(transaction, lease, now, state, None).await
}

/// The audit's state, with its event.
async fn set_state(
    transaction: &mut dyn Transaction,
    lease: Lease,
    now: Timestamp,
    state: AuditState,
    error: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE audits SET state = $2, error = $3, ended_at = $4 WHERE id = $1";
    let ended = state.is_over().then_some(now);
    transaction.change(sql, values![lease.audit, state.name(), error, ended]).await?;
    let what = EventKind::State { state, attempt: lease.attempt, error: error.map(str::to_owned) };
    events::add(transaction, lease.audit, now, &what).await
}

async fn count(transaction: &mut dyn Transaction, audit: AuditId, counts: Counts) -> Result<()> {
    let sql = "UPDATE audits SET pages = $2, pending = $3, bytes = $4, broken = $5 WHERE id = $1";
    transaction.change(sql, values![audit, counts.pages, counts.pending, counts.bytes, counts.broken]).await.map(drop)
}
