//! An audit: one look at one site.

use super::{Owner, ScheduleId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which audit. Ids of later audits are greater, which is what pages of a list go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct AuditId(pub Uuid);

impl AuditId {
    /// One that no other audit has.
    #[allow(clippy::new_without_default)]
    pub fn new() -> AuditId {
        AuditId(Uuid::now_v7())
    }
}

impl std::fmt::Display for AuditId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl std::str::FromStr for AuditId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(AuditId)
    }
}

/// How far an audit goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditOptions {
    /// The most pages that it visits.
    #[schema(minimum = 1)]
    pub max_pages: u32,
    /// The most links between the start and a page; none for any number.
    pub max_depth: Option<u32>,
    /// Requests under way at once.
    #[schema(minimum = 1, maximum = 32)]
    pub concurrency: u32,
    /// Milliseconds between two requests. Above 0, requests go one at a time.
    #[schema(maximum = 60000)]
    pub delay_ms: u32,
    /// A page is slow from this many milliseconds to its last byte.
    #[schema(minimum = 1)]
    pub slow_ms: u32,
}

/// What an audit is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditState {
    /// It waits for its turn, the first time or after an attempt that failed.
    Queued,
    /// It is under way.
    Running,
    /// It has been done: its findings are there.
    Done,
    /// Somebody cancelled it. What it had found until then is there.
    Cancelled,
    /// Every attempt failed. It can be retried by hand.
    Failed,
}

impl AuditState {
    /// All of them.
    pub const ALL: [AuditState; 5] =
        [AuditState::Queued, AuditState::Running, AuditState::Done, AuditState::Cancelled, AuditState::Failed];

    /// The name in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            AuditState::Queued => "queued",
            AuditState::Running => "running",
            AuditState::Done => "done",
            AuditState::Cancelled => "cancelled",
            AuditState::Failed => "failed",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<AuditState> {
        AuditState::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more will happen, unless somebody retries it.
    pub fn is_over(self) -> bool {
        !matches!(self, AuditState::Queued | AuditState::Running)
    }
}

/// An audit in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Pages visited.
    pub pages: u64,
    /// Pages known and not yet visited.
    pub pending: u64,
    /// Bytes of their bodies, unpacked.
    pub bytes: u64,
    /// Pages that links point to in vain, so far.
    pub broken: u64,
}

/// An audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Audit {
    /// Which.
    pub id: AuditId,
    /// Whose. Not shown: a key sees its own audits alone.
    #[serde(skip, default = "Owner::local")]
    pub owner: Owner,
    /// Where it starts.
    pub url: String,
    /// How far it goes.
    pub options: AuditOptions,
    /// What it is doing.
    pub state: AuditState,
    /// It has been asked to stop, and has not yet.
    pub cancelling: bool,
    /// How often it has been begun.
    pub attempt: u32,
    /// What went wrong with the last attempt.
    pub error: Option<String>,
    /// The schedule that created it.
    pub schedule: Option<ScheduleId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its last attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Numbers, as they are now.
    pub counts: Counts,
    /// How many findings of each kind; empty until it has ended.
    pub findings: BTreeMap<String, u64>,
}
