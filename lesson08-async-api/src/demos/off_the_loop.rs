//! **Claim**: Work that computes belongs on its own few threads, behind a queue that can be full.
//!
//! **Python**:
//! ```python
//! Image.open(file).thumbnail((256, 256))                                  # inline: the loop stands still
//! await asyncio.to_thread(thumbnail, data)                                # a thread, and the GIL
//! await loop.run_in_executor(ProcessPoolExecutor(2), thumbnail, data)     # a process, and a copy
//! ```
//!
//! **Predict**: 32 clients ask for thumbnails at once. How many decoded images are in memory, with `spawn_blocking`?
//!
//! **Try**: Give the bounded queue 64 places. Who gains, who loses? And two threads more than cores?

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use common::{Figure, Lab, Verdict};
use tokio::task::spawn_blocking;

use super::{OURS, two_workers};
use crate::cpu::forced::{begun_at_once, worked_for_nobody};
use crate::cpu::{Bounded, thumbnail};
use crate::load::watch::watch;
use crate::shown::off_the_loop as shown;

/// The picture, in pixels. A debug build is slow with it: in release, try 1600 and 1200.
const WIDTH: u16 = 800;
const HEIGHT: u16 = 600;
/// Clients that ask for thumbnails, all the time.
const CLIENTS: usize = 6;
/// The threads that compute, and how many images may wait for them as bytes.
const THREADS: usize = 2;
const WAITING: usize = 4;
/// Where the work is done.
const PLACES: [&str; 4] = ["nobody", "inline", "blocking", "bounded"];

#[derive(Clone)]
struct Studio {
    picture: Arc<Vec<u8>>,
    pool: Bounded,
}

async fn inline(State(studio): State<Studio>) -> Vec<u8> {
    thumbnail::thumbnail(&studio.picture, 256).unwrap_or_default()
}

async fn blocking(State(studio): State<Studio>) -> Vec<u8> {
    let work = spawn_blocking(move || thumbnail::thumbnail(&studio.picture, 256));
    work.await.ok().and_then(Result::ok).unwrap_or_default()
}

async fn bounded(State(studio): State<Studio>) -> Result<Vec<u8>, crate::service::Error> {
    let picture = studio.picture;
    let work = studio.pool.submit(move || thumbnail::thumbnail(&picture, 256))?; // 503 when the queue is full
    Ok(work.await.ok().and_then(Result::ok).unwrap_or_default())
}

fn routes(studio: Studio) -> Router {
    Router::new()
        .route("/health", get(|| async { "alive" }))
        .route("/inline", get(inline))
        .route("/spawn_blocking", get(blocking))
        .route("/bounded", get(bounded))
        .with_state(studio)
}

/// Forces, then watches.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let [begun, nobody] = two_workers()?.block_on(async {
        anyhow::Ok([begun_at_once(32, THREADS, WAITING).await?.to_vec(), vec![worked_for_nobody().await?]])
    })?;
    let figures = ["blocking", "bounded", "refused"].iter().zip(&begun);
    let figures = figures.map(|(name, &count)| Figure::count(*name, count as u64));
    lab.prove("32 at once: in memory", begun == [32, THREADS, 32 - THREADS - WAITING], figures);
    lab.prove("7 clients hang up in the queue: worked on", nobody == [0], [Figure::count("", nobody[0] as u64)]);

    let picture = Arc::new(thumbnail::picture(WIDTH, HEIGHT)?);
    let length = lab.size(Duration::from_millis(250), Duration::from_secs(3));
    let mut all = Vec::new();
    for path in [None, Some("/inline"), Some("/spawn_blocking"), Some("/bounded")] {
        let studio = Studio { picture: Arc::clone(&picture), pool: Bounded::new(THREADS, WAITING)? };
        all.push(two_workers()?.block_on(watch(routes(studio), path, CLIENTS, length))?);
    }
    let title = format!("{CLIENTS} clients want thumbnails of a JPEG of {WIDTH} x {HEIGHT}");
    lab.detail(shown::costs(title, &PLACES, &all));
    lab.detail(shown::heartbeats(&PLACES, &all));
    let p50: Vec<f64> = all.iter().map(|seen| seen.late(0.5)).collect();
    let figures = PLACES.iter().zip(&p50).skip(1).map(|(name, &late)| Figure::seconds(*name, late));
    let better = p50[3] * 2.0 < p50[1];
    lab.observe("heartbeat, p50", Verdict::observed_on_cores(2, better), figures);
    let thumbnails = format!("thumbnails a second{OURS}");
    let rows = [
        (thumbnails.as_str(), all[3].images, "thumbnails_per_second", ""),
        ("heartbeat beside them, p50", p50[3], "heartbeat_p50_seconds", "s"),
    ];
    lab.beside_python("off_the_loop.py", &[], rows);
    Ok(())
}
