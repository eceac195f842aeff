//! When a wait has been long enough. The proofs replace this by a clock that moves when they say so.

use std::time::{Duration, Instant};

/// A moment after which nobody waits any more; or never.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Waits may take as long as they like.
    pub const NEVER: Deadline = Deadline(None);

    /// So long from now; never, if that is more than the clock can tell.
    pub fn after(limit: Duration) -> Self {
        Deadline(Instant::now().checked_add(limit))
    }

    /// Whether the moment has come.
    pub fn is_over(self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }

    /// How long it is until then. `None`: for ever.
    pub fn left(self) -> Option<Duration> {
        self.0.map(|end| end.saturating_duration_since(Instant::now()))
    }
}
