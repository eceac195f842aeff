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

use std::time::Duration;

use common::{Figure, Lab, Verdict, measure};
use tokio::time::{Instant, sleep, sleep_until};

use super::on_virtual_time;
use crate::load::stalling::in_both_ways;
use crate::load::{Sample, closed, latencies, open};
use crate::shown::load as shown;

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

/// How many samples took longer than a tenth of the stall.
pub fn hit(samples: &[Sample]) -> usize {
    samples.iter().filter(|sample| sample.latency() > STALL.as_secs_f64() / 10.0).count()
}

/// Asks in both ways, on paper and for real.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (paper, real) = (on_paper()?, in_both_ways(RATE, LENGTH, BEGIN, STALL)?);
    let title = format!("A server that stands still for {STALL:?} of {LENGTH:?}");
    lab.detail(shown::costs(title, &[("on paper", &paper), ("for real", &real)]));
    lab.detail(shown::waiting(&real));
    let late = |samples: &[Sample], share| measure::percentile(&latencies(samples), share);
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
