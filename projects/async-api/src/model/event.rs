//! What happens to an audit, as it happens.

use super::{AuditState, Counts, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One event. Numbers of one audit grow, so that a listener can say where it stopped (`Last-Event-ID`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its number within the audit, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// It changed to this state.
    State {
        /// The state it has now.
        state: AuditState,
        /// Which attempt.
        attempt: u32,
        /// What went wrong, if it did.
        error: Option<String>,
    },
    /// It has got this far.
    Progress {
        /// The numbers.
        counts: Counts,
    },
}

impl EventKind {
    /// The name that an event stream gives it.
    pub fn name(&self) -> &'static str {
        match self {
            EventKind::State { .. } => "state",
            EventKind::Progress { .. } => "progress",
        }
    }
}
