//! Time as the store sees it.

use crate::model::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

/// The clock, and by how much a test has put it forward.
#[derive(Debug, Default)]
pub struct Clock(AtomicI64);

impl Clock {
    /// This machine's time.
    pub fn here(&self) -> Timestamp {
        self.put_forward(Timestamp::now())
    }

    /// The database's time, put forward as ours.
    pub fn put_forward(&self, moment: Timestamp) -> Timestamp {
        Timestamp(moment.0 + self.0.load(Relaxed)) // Relaxed: nothing else hangs on it
    }

    /// As if so much time had passed.
    pub fn advance(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX), Relaxed); // as above
    }
}
