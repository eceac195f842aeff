//! The workers: they lease audits from the store, do them, and create those that are scheduled.
//!
//! A job is done by whoever has its lease, and a lease is kept by heartbeats. If this process dies, or loses touch with
//! the store, the lease runs out and somebody else goes on; the attempt's number tells the store whose word counts.

mod back_off;
mod chores;
mod heartbeat;
mod notice;
mod worker;

use crate::audit::state;
use crate::config::Settings;
use crate::metrics::Metrics;
use crate::store::Store;
use anyhow::Context;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use worker::Worker;

/// The workers of this process.
#[derive(Debug)]
pub struct Workers {
    workers: JoinSet<()>,
    chores: JoinSet<()>,
    stopping: CancellationToken,
}

impl Workers {
    /// Starts as many as the settings say, and whoever looks after schedules and retention. With none of the former
    /// there are none of the latter: this process only serves.
    ///
    /// # Errors
    /// If the folder for crawls cannot be made or written.
    pub fn start(store: Store, settings: Arc<Settings>, metrics: Arc<Metrics>) -> anyhow::Result<Workers> {
        let stopping = CancellationToken::new();
        let (mut workers, mut chores) = (JoinSet::new(), JoinSet::new());
        if settings.jobs.workers > 0 {
            chores.spawn(chores::leftovers(prepare(&settings)?));
            let process = name();
            for number in 1..=settings.jobs.workers {
                let name = format!("{process}-{number}");
                let (store, settings, metrics) = (store.clone(), Arc::clone(&settings), Arc::clone(&metrics));
                workers.spawn(Worker { name, store, settings, metrics, stopping: stopping.clone() }.run());
            }
            chores.spawn(chores::schedules(store.clone(), settings.jobs.poll));
            chores.spawn(chores::retention(store, settings.retention));
        }
        Ok(Workers { workers, chores, stopping })
    }

    /// Leases nothing more, and gives up what runs so that others, or the next start, go on where it stood. Waits for
    /// that until `end`; what is left then is dropped, and its leases run out.
    pub async fn finish(mut self, end: Instant) {
        self.stopping.cancel();
        // Each of their steps is a transaction, done or not.
        self.chores.abort_all();
        let all = async { while self.workers.join_next().await.is_some() {} };
        if timeout_at(end, all).await.is_err() {
            tracing::warn!(workers = self.workers.len(), "did not stop in time");
        }
    }
}

/// Makes the folder for crawls, and tries to write there.
fn prepare(settings: &Settings) -> anyhow::Result<PathBuf> {
    let folder = state::folder(&settings.data);
    let written = || {
        fs::create_dir_all(&folder)?;
        let probe = folder.join(format!(".{:016x}", fastrand::u64(..)));
        fs::write(&probe, "")?;
        fs::remove_file(&probe)
    };
    written().with_context(|| format!("cannot write to {}, the folder for crawls under way", folder.display()))?;
    Ok(folder)
}

/// A name that no other process has, for people who look at the queue: machine, process, chance.
fn name() -> String {
    let host = ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let host = host.or_else(|| fs::read_to_string("/etc/hostname").ok()).unwrap_or_default();
    let host = host.trim();
    let host = if host.is_empty() { "host" } else { host };
    format!("{host}-{}-{:08x}", std::process::id(), fastrand::u32(..))
}
