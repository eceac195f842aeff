//! Waits that end when the site stops.

use super::lock;
use std::io;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Tells all threads of a site, also those that wait, that it stops.
#[derive(Default)]
pub(super) struct StopSignal {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl StopSignal {
    pub(super) fn set(&self) {
        *lock(&self.stopped) = true;
        self.changed.notify_all();
    }

    /// Waits; an error says that the site stops.
    pub(super) fn pause(&self, duration: Duration) -> io::Result<()> {
        if duration.is_zero() {
            return Ok(());
        }
        let (stopped, _) = self
            .changed
            .wait_timeout_while(lock(&self.stopped), duration, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        if *stopped {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the site stops"));
        }
        Ok(())
    }
}

/// The nearest duration that all systems take as a limit for a socket: zero means "for ever" to some,
/// and centuries are an error to others.
pub(super) fn socket_timeout(duration: Duration) -> Duration {
    duration.clamp(Duration::from_millis(1), Duration::from_secs(24 * 3600))
}
