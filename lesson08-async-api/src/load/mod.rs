//! A load generator, in the two kinds there are. Which one asks decides what the answer is.
//!
//! A *closed* loop has so many clients, each of which waits for its answer before it asks again: when the server
//! stalls, so does the load, and the stall is one slow request a client. Users do not wait for each other: an *open*
//! loop sends at a rate, come what may, and counts from the moment a request was due. That a closed loop leaves out the
//! requests that a stall would have hit is Gil Tene's *coordinated omission*.

pub mod stalling;
pub mod watch;

use std::time::Duration;

use common::measure;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::client::Client;

/// One request. Times are counted from the beginning of the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When it was to be sent.
    pub due: Duration,
    /// When its answer was there.
    pub done: Duration,
    /// Whether it was the answer that was asked for.
    pub good: bool,
}

impl Sample {
    /// How long its user waited, in seconds.
    pub fn latency(&self) -> f64 {
        self.done.saturating_sub(self.due).as_secs_f64()
    }
}

/// So many clients, each with one request under way at any time, until `length` is over.
pub async fn closed<F>(clients: usize, length: Duration, request: impl Fn() -> F) -> Vec<Sample>
where
    F: Future<Output = bool> + Send + 'static,
{
    // Clients are tasks, and a task owns what it uses: so a task a request, and the next one when it has ended.
    let start = Instant::now();
    let mut under_way = JoinSet::new();
    let ask = |under_way: &mut JoinSet<Sample>| {
        let (due, answer) = (start.elapsed(), request());
        under_way.spawn(async move {
            let good = answer.await;
            Sample { due, done: start.elapsed(), good }
        });
    };
    (0..clients).for_each(|_| ask(&mut under_way));
    let mut samples = Vec::new();
    while let Some(sample) = under_way.join_next().await {
        samples.extend(sample); // a request that panicked is no sample
        if start.elapsed() < length {
            ask(&mut under_way);
        }
    }
    samples
}

/// So many requests a second until `length` is over, whether or not the earlier ones have been answered.
pub async fn open<F>(per_second: u32, length: Duration, request: impl Fn() -> F) -> Vec<Sample>
where
    F: Future<Output = bool> + Send + 'static,
{
    let start = Instant::now();
    let gap = Duration::from_secs(1) / per_second;
    let mut under_way = JoinSet::new();
    let mut due = Duration::ZERO;
    while due < length {
        // From the plan, not from the last one: if the generator itself was held up, the request was due all the same.
        sleep_until(start + due).await;
        let answer = request();
        under_way.spawn(async move {
            let good = answer.await;
            Sample { due, done: start.elapsed(), good }
        });
        due += gap;
    }
    under_way.join_all().await
}

/// The latencies, in seconds.
pub fn latencies(samples: &[Sample]) -> Vec<f64> {
    samples.iter().map(Sample::latency).collect()
}

/// Good answers a second, until the last of them was there.
pub fn per_second(samples: &[Sample]) -> f64 {
    let seconds = samples.iter().map(|sample| sample.done).max().unwrap_or_default().as_secs_f64();
    samples.iter().filter(|sample| sample.good).count() as f64 / seconds.max(1e-9)
}

/// So many clients ask for this: answers a second, and within how many seconds half of them came.
pub async fn half_of_them(client: &Client, path: &'static str, clients: usize, length: Duration) -> (f64, f64) {
    let ask = || {
        let client = client.clone();
        async move { client.get(path).await.is_ok_and(|reply| reply.status == 200) }
    };
    let samples = closed(clients, length, ask).await;
    (per_second(&samples), measure::percentile(&latencies(&samples), 0.5))
}
