//! Audits that repeat.

use super::{AuditOptions, Owner, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct ScheduleId(pub Uuid);

impl std::str::FromStr for ScheduleId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(ScheduleId)
    }
}

impl std::fmt::Display for ScheduleId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// An audit every so many hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// Which.
    pub id: ScheduleId,
    /// Whose.
    #[serde(skip, default = "Owner::local")]
    pub owner: Owner,
    /// Where its audits start.
    pub url: String,
    /// How far they go.
    pub options: AuditOptions,
    /// How often.
    #[schema(minimum = 1, maximum = 8760)]
    pub every_hours: u32,
    /// When the next one is created.
    pub next_at: Timestamp,
    /// When the schedule was created.
    pub created_at: Timestamp,
}
