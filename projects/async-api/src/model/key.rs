//! Who may use the service.

use super::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which key. Not the key itself: that is shown once, and kept by nobody but its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub Uuid);

/// Whose audits: a key's, or everybody's where there are no keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(pub String);

impl Owner {
    /// Whoever is on this machine: the service runs open.
    pub fn local() -> Owner {
        Owner("local".to_owned())
    }
}

impl From<KeyId> for Owner {
    fn from(key: KeyId) -> Owner {
        Owner(key.0.to_string())
    }
}

/// How much a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLimits {
    /// Requests a minute, on average.
    pub requests_per_minute: u32,
    /// Requests at once, after a pause.
    pub burst: u32,
    /// Audits created in a day, by UTC, scheduled ones included.
    pub audits_per_day: u32,
}

impl Default for KeyLimits {
    fn default() -> KeyLimits {
        KeyLimits { requests_per_minute: 600, burst: 100, audits_per_day: 200 }
    }
}

/// An API key, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Which.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: String,
    /// How much it may do.
    pub limits: KeyLimits,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}
