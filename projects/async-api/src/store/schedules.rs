//! Audits that repeat.

use super::transaction::Transaction;
use super::value::{Row, Value, values};
use super::{NewAudit, Result, Store, audits};
use crate::model::{AuditId, AuditOptions, Owner, Schedule, ScheduleId, Timestamp};
use uuid::Uuid;

const HOUR: i64 = 3600 * 1000;

macro_rules! columns {
    () => {
        "id, owner, url, options, every_hours, next_at, created_at"
    };
}

/// A schedule to create. Its first audit is due at once.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSchedule {
    /// Whose.
    pub owner: Owner,
    /// Where its audits start.
    pub url: String,
    /// How far they go.
    pub options: AuditOptions,
    /// How often.
    pub every_hours: u32,
}

impl Store {
    /// Adds a schedule.
    ///
    /// # Errors
    /// The store's.
    pub async fn create_schedule(&self, new: NewSchedule) -> Result<Schedule> {
        let id = ScheduleId(Uuid::now_v7());
        self.write(move |transaction| {
            Box::pin(async move {
                let now = transaction.now().await?;
                let NewSchedule { owner, url, options, every_hours } = new;
                let schedule = Schedule { id, owner, url, options, every_hours, next_at: now, created_at: now };
                let sql = concat!("INSERT INTO schedules (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $6)");
                let options = Value::json(&schedule.options)?;
                let values = vec![
                    id.into(),
                    (&schedule.owner).into(),
                    (&schedule.url).into(),
                    options,
                    every_hours.into(),
                    now.into(),
                ];
                transaction.change(sql, values).await?;
                Ok(schedule)
            })
        })
        .await
    }

    /// The owner's schedules, the latest first: at most so many, before this one.
    ///
    /// # Errors
    /// The store's.
    pub async fn schedules(&self, owner: &Owner, before: Option<ScheduleId>, most: u32) -> Result<Vec<Schedule>> {
        let values = values![owner, before, most];
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM schedules WHERE owner = $1 AND (CAST($2 AS TEXT) IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
        );
        self.select(sql, values, read).await
    }

    /// Deletes a schedule; its audits stay. Says whether there was one.
    ///
    /// # Errors
    /// The store's.
    pub async fn delete_schedule(&self, owner: &Owner, id: ScheduleId) -> Result<bool> {
        let values = values![id, owner];
        self.write(move |transaction| {
            Box::pin(async move {
                let sql = "DELETE FROM schedules WHERE id = $1 AND owner = $2";
                Ok(transaction.change(sql, values).await? > 0)
            })
        })
        .await
    }

    /// Creates the audits that are due, each with its job, and moves their schedules on: to the next time that lies
    /// ahead, so that an outage is not made up for by a flood. However many processes ask, each is created once.
    /// A schedule is passed over this time whose last audit is not over, whose owner's quota is spent, or whose owner's
    /// key was taken back.
    ///
    /// # Errors
    /// The store's.
    pub async fn run_schedules(&self, most: u32) -> Result<Vec<AuditId>> {
        self.write(move |transaction| {
            Box::pin(async move {
                let now = transaction.now().await?;
                let due = format!(
                    "SELECT {} FROM schedules WHERE next_at <= $1 ORDER BY next_at LIMIT $2{}",
                    columns!(),
                    transaction.lock_free()
                );
                let mut created = Vec::new();
                for schedule in transaction.rows(&due, values![now, most], read).await? {
                    let every = i64::from(schedule.every_hours.max(1)) * HOUR;
                    let next = schedule.next_at.0 + ((now.0 - schedule.next_at.0) / every + 1) * every;
                    let sql = "UPDATE schedules SET next_at = $2 WHERE id = $1";
                    transaction.change(sql, values![schedule.id, next]).await?;
                    if may_begin(transaction, &schedule).await? {
                        created.push(begin(transaction, schedule, now).await?);
                    }
                }
                Ok(created)
            })
        })
        .await
    }
}

async fn may_begin(transaction: &mut dyn Transaction, schedule: &Schedule) -> Result<bool> {
    let going_on = "SELECT 1 FROM audits WHERE schedule = $1 AND state IN ('queued', 'running') LIMIT 1";
    if transaction.any(going_on, values![schedule.id]).await? {
        return Ok(false);
    }
    if schedule.owner == Owner::local() {
        return Ok(true);
    }
    let quota = "SELECT audits_per_day FROM keys WHERE id = $1 AND revoked_at IS NULL";
    let quota: Option<u32> = transaction.row(quota, values![&schedule.owner], |row| row.number()).await?;
    if quota.is_none() {
        return Ok(false);
    }
    audits::within_quota(transaction, &schedule.owner, quota).await
}

async fn begin(transaction: &mut dyn Transaction, schedule: Schedule, now: Timestamp) -> Result<AuditId> {
    let Schedule { id, owner, url, options, .. } = schedule;
    let new = NewAudit { id: AuditId::new(), owner, url, options, created_at: now, schedule: Some(id) };
    audits::insert(transaction, &new).await?;
    Ok(new.id)
}

fn read(row: &mut Row<'_>) -> Result<Schedule> {
    Ok(Schedule {
        id: ScheduleId(row.id()?),
        owner: Owner(row.text()?),
        url: row.text()?,
        options: row.json()?,
        every_hours: row.number()?,
        next_at: row.time()?,
        created_at: row.time()?,
    })
}
