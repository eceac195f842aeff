//! What the service speaks of: the types that requests are parsed into, that the store keeps and that answers show.
//!
//! A value of these types is valid. What comes in is checked once, at the edge.

pub mod audit;
pub mod event;
pub mod finding;
pub mod key;
pub mod page;
pub mod schedule;
pub mod time;

pub use audit::{Audit, AuditId, AuditOptions, AuditState, Counts};
pub use event::{Event, EventKind};
pub use finding::{Detail, Finding, FindingKind};
pub use key::{Key, KeyId, KeyLimits, Owner};
pub use page::{Image, PageRecord};
pub use schedule::{Schedule, ScheduleId};
pub use time::Timestamp;
