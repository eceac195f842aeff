//! **Claim**: A load that waits for answers does not see the stall that users see.
//!
//! **Python**:
//! ```python
//! # locust, wrk, ab: so many users, each asks again when it has its answer. A closed loop.
//! # wrk2, k6's constant-arrival-rate: an open one.
//! ```
//!
//! **Predict**: A server answers in 1 ms, and stands still for 200 ms of each second. What is its p95?
//!
//! **Try**: Set STALL to 20 ms. Which share of the users is hit now, and which percentile shows it?

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use common::blocks::{Lines, Table};
use common::{Figure, Lab, Verdict, format, measure};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep, sleep_until};

use super::on_virtual_time;
use crate::load::{Sample, closed, latencies, open};
use crate::running::Running;

/// How long the server stands still, and when it begins.
const STALL: Duration = Duration::from_millis(200);
const BEGIN: Duration = Duration::from_millis(400);
/// How long the load lasts.
const LENGTH: Duration = Duration::from_secs(1);
/// How many requests a second the open loop sends; the closed one sends what one client manages.
const RATE: u32 = 200;

/// A server on the virtual clock: an answer takes 1 ms, and none comes while it stands still.
async fn scripted(start: Instant) -> bool {
    sleep(Duration::from_millis(1)).await;
    if (BEGIN..BEGIN + STALL).contains(&start.elapsed()) {
        sleep_until(start + BEGIN + STALL).await;
    }
    true
}

/// Both loops against the scripted server: exact, and the same on every machine.
pub fn on_paper() -> std::io::Result<[Vec<Sample>; 2]> {
    let closed = on_virtual_time()?.block_on(async {
        let start = Instant::now();
        closed(1, LENGTH, move || scripted(start)).await
    });
    let open = on_virtual_time()?.block_on(async {
        let start = Instant::now();
        open(RATE, LENGTH, move || scripted(start)).await
    });
    Ok([closed, open])
}

/// Both loops against a real server with one thread, which a blocking call stops once during each.
fn for_real() -> anyhow::Result<[Vec<Sample>; 2]> {
    let (say, said) = std::sync::mpsc::channel();
    let stop = Arc::new(tokio::sync::Notify::new());
    let stopped = Arc::clone(&stop);
    let server = thread::spawn(move || -> anyhow::Result<()> {
        Builder::new_current_thread().enable_all().build()?.block_on(async {
            let stall = get(|| async {
                thread::sleep(STALL); // a query without await, a garbage collection, a page of the disk
                "done"
            });
            let routes = Router::new().route("/", get(|| async { "done" })).route("/stall", stall);
            let running = Running::routes(routes).await?;
            say.send(running.client.clone())?;
            stopped.notified().await;
            running.stop().await
        })
    });
    let client = said.recv()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ask = |path: &'static str| {
        let client = client.clone();
        async move { client.get(path).await.is_ok() }
    };
    let loops = runtime.block_on(async {
        let stall = async || {
            sleep(BEGIN).await;
            ask("/stall").await
        };
        let (first, _) = tokio::join!(closed(1, LENGTH, || ask("/")), stall());
        let (second, _) = tokio::join!(open(RATE, LENGTH, || ask("/")), stall());
        [first, second]
    });
    drop((client, runtime));
    stop.notify_one();
    server.join().map_err(|_| anyhow::anyhow!("the server panicked"))??;
    Ok(loops)
}

/// How many samples took longer than a tenth of the stall.
pub fn hit(samples: &[Sample]) -> usize {
    samples.iter().filter(|sample| sample.latency() > STALL.as_secs_f64() / 10.0).count()
}

/// Asks in both ways, on paper and for real.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let title = format!("A server that stands still for {STALL:?} of {LENGTH:?}");
    let mut table = Table::new(title, &["", "requests", "hit by it", "p50", "p95", "p99", "longest"]);
    let mut picture = Lines::new("When users asked, and how long they waited", "ms", "latency, ms").log_y();
    let late = |samples: &[Sample], share| measure::percentile(&latencies(samples), share);
    let (paper, real) = (on_paper()?, for_real()?);
    for (where_from, loops) in [("on paper", &paper), ("for real", &real)] {
        for (kind, samples) in ["closed", "open"].iter().zip(loops) {
            let name = format!("{where_from}, {kind}");
            let times = [0.5, 0.95, 0.99, 1.0].map(|share| format::seconds(late(samples, share)));
            table.row(&[&name, &samples.len(), &hit(samples), &times[0], &times[1], &times[2], &times[3]]);
            let mut samples = samples.clone();
            samples.sort_by_key(|sample| sample.due);
            let points = samples.iter().map(|sample| (sample.due.as_secs_f64() * 1e3, sample.latency() * 1e3));
            if where_from == "for real" {
                picture.series(kind, points);
            }
        }
    }
    lab.detail(table);
    lab.detail(picture);
    let [closed, open] = &paper;
    let expected = (STALL.as_secs_f64() * f64::from(RATE) * 0.9) as usize;
    let [p95_closed, p95_open] = [closed, open].map(|samples| late(samples, 0.95));
    let missed = hit(closed) == 1 && hit(open).abs_diff(expected) <= 1 && p95_open > 0.1 && p95_closed < 0.002;
    let figures = [Figure::seconds("closed", p95_closed), Figure::seconds("open", p95_open)];
    lab.prove("on paper, the same server: p95", missed, figures);
    let [closed, open] = &real;
    let figures = [Figure::count("closed", hit(closed) as u64), Figure::count("open", hit(open) as u64)];
    lab.observe("for real: requests that were hit", Verdict::observed(hit(closed) * 5 < hit(open)), figures);
    let figures = [Figure::seconds("closed", late(closed, 0.95)), Figure::seconds("open", late(open, 0.95))];
    lab.observe("and p95", Verdict::observed(late(closed, 0.95) * 5.0 < late(open, 0.95)), figures);
    Ok(())
}
