//! What others notice of a service while some clients keep it busy.

use std::time::Duration;

use axum::Router;
use common::measure;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

use super::{closed, open, per_second};
use crate::running::Running;

/// What is seen beside the clients: a heartbeat every 10 ms, and short requests one after the other.
pub struct Seen {
    /// When each heartbeat was due and how long it took, in seconds.
    pub beats: Vec<(f64, f64)>,
    /// Short requests a second.
    pub short: f64,
    /// What the clients were given a second.
    pub images: f64,
    /// Bytes, resident at the end.
    pub memory: f64,
}

impl Seen {
    /// Within how many seconds so large a share of the heartbeats was answered.
    pub fn late(&self, share: f64) -> f64 {
        let late: Vec<f64> = self.beats.iter().map(|beat| beat.1).collect();
        measure::percentile(&late, share)
    }
}

/// Has so many clients ask for `path`, or nobody for anything, and asks for `/health` meanwhile.
///
/// # Errors
/// If the service cannot be started or stopped.
pub async fn watch(
    routes: Router,
    path: Option<&'static str>,
    clients: usize,
    length: Duration,
) -> anyhow::Result<Seen> {
    let service = Running::routes(routes).await?;
    let client = service.client.clone();
    // The probes have a thread of their own: what they see is the server's doing.
    let probes = std::thread::spawn(move || -> anyhow::Result<_> {
        let ask = |path: &'static str| {
            let client = client.clone();
            async move { client.get(path).await.is_ok_and(|reply| reply.status == 200) }
        };
        Ok(Builder::new_current_thread().enable_all().build()?.block_on(async {
            let clients = if path.is_some() { clients } else { 0 };
            let images = closed(clients, length, || ask(path.unwrap_or("/health")));
            tokio::join!(open(100, length, || ask("/health")), closed(1, length, || ask("/health")), images)
        }))
    });
    let probes = spawn_blocking(move || probes.join()).await?.map_err(|_| anyhow::anyhow!("a probe panicked"))?;
    let (beats, short, images) = probes?;
    service.stop().await?;
    let beats = beats.iter().map(|beat| (beat.due.as_secs_f64(), beat.latency())).collect();
    let memory = memory_stats::memory_stats().map_or(f64::NAN, |stats| stats.physical_mem as f64);
    Ok(Seen { beats, short: per_second(&short), images: per_second(&images), memory })
}
