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
use common::blocks::{Lines, Table};
use common::{Figure, Lab, Verdict, format, measure};
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

use super::{beside_python, two_workers};
use crate::cpu::forced::{begun_at_once, worked_for_nobody};
use crate::cpu::{Bounded, thumbnail};
use crate::load;
use crate::running::Running;

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

/// What is seen beside the clients: a heartbeat every 10 ms, and short requests one after the other.
struct Seen {
    beats: Vec<(f64, f64)>,
    short: f64,
    images: f64,
    memory: f64,
}

async fn watch(path: Option<&'static str>, length: Duration, studio: &Studio) -> anyhow::Result<Seen> {
    let routes = Router::new()
        .route("/health", get(|| async { "alive" }))
        .route("/inline", get(inline))
        .route("/spawn_blocking", get(blocking))
        .route("/bounded", get(bounded))
        .with_state(studio.clone());
    let service = Running::routes(routes).await?;
    let client = service.client.clone();
    // The probes have a thread of their own: what they see is the server's doing.
    let probes = std::thread::spawn(move || -> anyhow::Result<_> {
        let ask = |path: &'static str| {
            let client = client.clone();
            async move { client.get(path).await.is_ok_and(|reply| reply.status == 200) }
        };
        Ok(Builder::new_current_thread().enable_all().build()?.block_on(async {
            let clients = if path.is_some() { CLIENTS } else { 0 };
            let images = load::closed(clients, length, || ask(path.unwrap_or("/health")));
            tokio::join!(load::open(100, length, || ask("/health")), load::closed(1, length, || ask("/health")), images)
        }))
    });
    let probes = spawn_blocking(move || probes.join()).await?.map_err(|_| anyhow::anyhow!("a probe panicked"))?;
    let (beats, short, images) = probes?;
    service.stop().await?;
    let beats = beats.iter().map(|beat| (beat.due.as_secs_f64(), beat.latency())).collect();
    let memory = memory_stats::memory_stats().map_or(f64::NAN, |stats| stats.physical_mem as f64);
    Ok(Seen { beats, short: load::per_second(&short), images: load::per_second(&images), memory })
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
    let columns = ["beside", "heartbeat p50", "p99", "short, 1/s", "images, 1/s", "memory"];
    let mut table = Table::new(format!("{CLIENTS} clients want thumbnails of a JPEG of {WIDTH} x {HEIGHT}"), &columns);
    let mut picture_of = Lines::new("A heartbeat every 10 ms", "ms", "latency, ms").log_y();
    let mut p99 = Vec::new();
    let mut images = 0.0;
    let paths = [None, Some("/inline"), Some("/spawn_blocking"), Some("/bounded")];
    for (name, path) in PLACES.iter().zip(paths) {
        let studio = Studio { picture: Arc::clone(&picture), pool: Bounded::new(THREADS, WAITING)? };
        let seen = two_workers()?.block_on(watch(path, length, &studio))?;
        let late: Vec<f64> = seen.beats.iter().map(|beat| beat.1).collect();
        let [half, most] = [0.5, 0.99].map(|share| measure::percentile(&late, share));
        let counts = [seen.short, seen.images].map(|rate| format::count(rate as u64));
        let [half_text, most_text] = [half, most].map(format::seconds);
        table.row(&[name, &half_text, &most_text, &counts[0], &counts[1], &format::bytes(seen.memory)]);
        picture_of.series(name, seen.beats.iter().map(|beat| (beat.0 * 1e3, beat.1 * 1e3)));
        p99.push((half, most));
        images = seen.images;
    }
    lab.detail(table);
    lab.detail(picture_of);
    let figures = PLACES.iter().zip(&p99).skip(1).map(|(name, late)| Figure::seconds(*name, late.0));
    let better = p99[3].0 * 2.0 < p99[1].0;
    lab.observe("heartbeat, p50", Verdict::observed_on_cores(2, better), figures);
    let rows = [
        ("thumbnails a second", images, "thumbnails_per_second", ""),
        ("heartbeat beside them, p50", p99[3].0, "heartbeat_p50_seconds", "s"),
    ];
    beside_python(lab, "off_the_loop.py", &rows);
    Ok(())
}
