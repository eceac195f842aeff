//! What has to be done now and then: audits that are scheduled, audits and files that are old.

use super::back_off::jitter;
use crate::audit::state;
use crate::model::Timestamp;
use crate::store::{Result, Store};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::sleep;

/// Audits that are created in one transaction.
const CREATED: u32 = 50;
/// Audits, and answers to requests, that are deleted in one transaction. An audit may have ten thousand pages, and
/// others want to write, too.
const DELETED: u32 = 10;
/// How often to look for old ones.
const LOOK: Duration = Duration::from_secs(60);
/// How often to look for the files of crawls that nobody goes on with.
const SWEEP: Duration = Duration::from_secs(3600);
/// State files that nobody has written for this long belong to nobody.
const OLD: Duration = Duration::from_secs(24 * 3600);

/// Creates the audits that are due, for ever.
pub(super) async fn schedules(store: Store, poll: Duration) {
    loop {
        match store.run_schedules(CREATED).await {
            // There may be more.
            Ok(created) if created.len() == CREATED as usize => continue,
            Ok(created) if created.is_empty() => {}
            Ok(created) => tracing::info!(audits = created.len(), "created as scheduled"),
            Err(error) => tracing::warn!(%error, "schedules were not looked at"),
        }
        sleep(jitter(poll)).await;
    }
}

/// Deletes audits that ended longer ago than this, and whatever else is kept for a while only, for ever.
pub(super) async fn retention(store: Store, keep: Option<Duration>) {
    loop {
        match purge(&store, keep).await {
            Ok(deleted) if deleted >= u64::from(DELETED) => continue,
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "old audits are gone"),
            Err(error) => tracing::warn!(%error, "old audits were not deleted"),
        }
        sleep(jitter(LOOK)).await;
    }
}

async fn purge(store: &Store, keep: Option<Duration>) -> Result<u64> {
    let before = match keep {
        Some(keep) => store.now().await?.0.saturating_sub(i64::try_from(keep.as_millis()).unwrap_or(i64::MAX)),
        None => i64::MIN,
    };
    store.purge(Timestamp(before), DELETED).await
}

/// Deletes what is left of crawls that nobody goes on with, for ever; the first time before this returns.
pub(super) fn leftovers(folder: PathBuf) -> impl Future<Output = ()> {
    sweep(&folder);
    async move {
        loop {
            sleep(jitter(SWEEP)).await;
            let folder = folder.clone();
            // Should it panic, that has been printed.
            let _ = tokio::task::spawn_blocking(move || sweep(&folder)).await;
        }
    }
}

fn sweep(folder: &Path) {
    match state::sweep(folder, OLD) {
        Ok(0) => {}
        Ok(swept) => tracing::info!(swept, "old crawls were deleted"),
        Err(error) => tracing::warn!(%error, "old crawls were not looked for"),
    }
}
