//! What `decision-table` has done by each model: jobs that every model can do, and that say what came of it.

use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use common::work::Work;

/// One piece of work.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// Download this.
    Fetch(String),
    /// Read this file.
    Read(PathBuf),
    /// Compute so many rounds.
    Compute(u64),
    /// Download this, then compute so many rounds.
    FetchAndCompute(String, u64),
    /// Call an old library that blocks so long.
    Call(Duration),
}

impl Job {
    /// Does it, blocking. How many bytes came, if any.
    ///
    /// # Errors
    /// What the network or the disk reports.
    pub fn run(&self) -> anyhow::Result<u64> {
        match self {
            Job::Fetch(address) => fetch(address),
            Job::Read(path) => {
                Ok(std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?.len() as u64)
            }
            Job::Compute(rounds) => Ok(compute(*rounds)),
            Job::FetchAndCompute(address, rounds) => Ok(fetch(address)? + compute(*rounds)),
            Job::Call(time) => {
                std::thread::sleep(*time);
                Ok(0)
            }
        }
    }

    /// Does it in a task. What cannot wait in a task blocks its loop: computing, and calls into an old library.
    ///
    /// # Errors
    /// As [`Job::run`].
    pub async fn run_async(&self, client: &reqwest::Client) -> anyhow::Result<u64> {
        match self {
            Job::Fetch(address) => fetch_async(client, address).await,
            // Threads underneath: systems have no files that can be waited for as sockets can.
            Job::Read(path) => {
                Ok(tokio::fs::read(path).await.with_context(|| path.display().to_string())?.len() as u64)
            }
            Job::FetchAndCompute(address, rounds) => Ok(fetch_async(client, address).await? + compute(*rounds)),
            Job::Compute(_) | Job::Call(_) => self.run(),
        }
    }

    /// Waits in a task and computes on rayon.
    ///
    /// # Errors
    /// As [`Job::run`].
    pub async fn run_async_and_rayon(&self, client: &reqwest::Client) -> anyhow::Result<u64> {
        let Job::FetchAndCompute(address, rounds) = self else { return self.run_async(client).await };
        let (bytes, rounds) = (fetch_async(client, address).await?, *rounds);
        let (tell, result) = tokio::sync::oneshot::channel();
        rayon::spawn(move || _ = tell.send(compute(rounds)));
        Ok(bytes + result.await.context("the computation panicked")?)
    }

    /// Reads what `Display` writes.
    ///
    /// # Errors
    /// If it is no such line.
    pub fn parse(line: &str) -> anyhow::Result<Job> {
        let (kind, rest) = line.split_once(' ').context("a job is a word and what it needs")?;
        let number = |text: &str| text.parse().with_context(|| format!("`{text}` is no number"));
        Ok(match kind {
            "fetch" => Job::Fetch(rest.to_owned()),
            "read" => Job::Read(rest.into()),
            "compute" => Job::Compute(number(rest)?),
            "both" => {
                let (rounds, address) = rest.split_once(' ').context("rounds and an address")?;
                Job::FetchAndCompute(address.to_owned(), number(rounds)?)
            }
            "call" => Job::Call(Duration::from_micros(number(rest)?)),
            other => bail!("`{other}` is no kind of job"),
        })
    }
}

impl fmt::Display for Job {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Job::Fetch(address) => write!(out, "fetch {address}"),
            Job::Read(path) => write!(out, "read {}", path.display()),
            Job::Compute(rounds) => write!(out, "compute {rounds}"),
            Job::FetchAndCompute(address, rounds) => write!(out, "both {rounds} {address}"),
            Job::Call(time) => write!(out, "call {}", time.as_micros()),
        }
    }
}

/// How many rounds take about so long on one core here: the fastest of a few trials counts.
pub fn rounds_taking(time: Duration) -> u64 {
    const TRIAL: u64 = 20_000;
    let trial = |_| {
        let start = Instant::now();
        compute(TRIAL);
        start.elapsed()
    };
    let fastest = (0..5).map(trial).min().unwrap_or_default().as_secs_f64().max(1e-9);
    (TRIAL as f64 * time.as_secs_f64() / fastest) as u64
}

/// Nothing comes of it but that it was done.
fn compute(rounds: u64) -> u64 {
    std::hint::black_box(Work::rounds(rounds).run());
    1
}

fn fetch(address: &str) -> anyhow::Result<u64> {
    // One client for the process: its connections are used again.
    static CLIENT: OnceLock<ureq::Agent> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        let config = ureq::Agent::config_builder().max_idle_connections(256).max_idle_connections_per_host(256);
        config.build().into()
    });
    let mut response = client.get(address).call().with_context(|| format!("cannot fetch {address}"))?;
    Ok(response.body_mut().read_to_vec().with_context(|| format!("cannot read {address}"))?.len() as u64)
}

async fn fetch_async(client: &reqwest::Client, address: &str) -> anyhow::Result<u64> {
    let response = client.get(address).send().await.with_context(|| format!("cannot fetch {address}"))?;
    Ok(response.error_for_status()?.bytes().await.with_context(|| format!("cannot read {address}"))?.len() as u64)
}
