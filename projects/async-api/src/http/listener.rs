//! Reads an audit's events on, as they come, for one client.

use super::Shared;
use super::auth::Caller;
use crate::model::{AuditId, Event, EventKind};
use crate::store::{Change, StoreError};
use std::collections::VecDeque;
use std::future::pending;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{sleep, timeout};

/// The most events in memory, for each client.
pub(super) const BATCH: u32 = 100;
/// How long to wait for a hint before looking without one.
const POLL: Duration = Duration::from_secs(2);

/// Where it stands.
pub(super) struct Listener {
    service: Shared,
    caller: Caller,
    id: AuditId,
    /// The number of the last event that was read.
    after: u64,
    hints: Receiver<Change>,
    /// Those that were read and not yet sent.
    known: VecDeque<Event>,
    /// There may be more to read at once.
    more: bool,
    /// The last event that was read ends the audit.
    over: bool,
}

impl Listener {
    /// From the events in `known` on, which were read after `hints` began.
    pub fn new(
        service: Shared,
        caller: Caller,
        id: AuditId,
        after: u64,
        hints: Receiver<Change>,
        known: Vec<Event>,
    ) -> Listener {
        let nothing = VecDeque::new();
        let mut listener = Listener { service, caller, id, after, hints, known: nothing, more: false, over: false };
        listener.take(known);
        listener
    }

    /// The next event; none when there will be none.
    pub async fn next(mut self) -> Option<(Event, Listener)> {
        loop {
            if let Some(event) = self.known.pop_front() {
                return Some((event, self));
            }
            if !self.more {
                if self.over {
                    return None;
                }
                self.hint().await;
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// Reads on. Says whether there can be anything more.
    async fn read(&mut self) -> bool {
        // Hints from before this look say nothing that it does not show.
        self.hints = self.hints.resubscribe();
        let read = async {
            if let Some(hash) = self.caller.hash
                && self.service.keys.holding(hash, Instant::now()).await?.is_none()
            {
                return Ok(None); // the key was taken back
            }
            self.service.app.store.events(&self.caller.owner, self.id, self.after, BATCH).await
        };
        match read.await {
            Ok(Some(events)) => self.take(events),
            Ok(None) | Err(StoreError::Closed) => return false,
            Err(error) => {
                tracing::debug!(%error, audit = %self.id, "events cannot be read");
                // The database may be back then. Hints do not make it come back any sooner.
                sleep(POLL).await;
                self.more = true;
            }
        }
        true
    }

    fn take(&mut self, events: Vec<Event>) {
        self.more = events.len() >= BATCH as usize;
        if let Some(last) = events.last() {
            self.after = last.number;
            self.over = matches!(last.what, EventKind::State { state, .. } if state.is_over());
        }
        self.known = events.into();
    }

    async fn hint(&mut self) {
        let hint = async {
            loop {
                match self.hints.recv().await {
                    Ok(Change::Audit(id)) if id == self.id => return,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => pending().await,
                }
            }
        };
        let _ = timeout(POLL, hint).await;
    }
}
