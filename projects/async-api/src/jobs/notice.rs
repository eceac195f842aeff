//! Hears at once that an audit is to be cancelled or is gone, where the next heartbeat may be far away.

use crate::audit::Hold;
use crate::model::Audit;
use crate::store::{Change, Fenced, Store};
use std::convert::Infallible;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// Passes on what happens to an audit, for ever. Most hints are of what its own worker has written; looking costs a
/// read. `changes` is a receiver from before the audit was leased, so that nothing falls in between.
pub(super) async fn watch(store: &Store, mut changes: Receiver<Change>, audit: &Audit, hold: &Hold) -> Infallible {
    loop {
        match changes.recv().await {
            Ok(Change::Audit(id)) if id == audit.id => {}
            Ok(_) => continue,
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
        match store.audit(&audit.owner, audit.id).await {
            Ok(Some(now)) if now.cancelling => hold.told(Fenced::Cancelling),
            Ok(Some(_)) => {}
            Ok(None) => hold.told(Fenced::Lost),
            Err(error) => tracing::debug!(%error, "the heartbeat will tell"),
        }
    }
}
