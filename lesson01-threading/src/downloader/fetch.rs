use std::io::{Read, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use super::part_file::PartFile;
use super::queue::for_each;
use super::target::path_for;

/// What a download may cost before it is given up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How often it is tried, the first time included.
    pub attempts: u32,
    /// The wait before the second attempt. It doubles from one to the next, with up to as much again added at random,
    /// so that clients that failed together do not come back together.
    pub first_wait: Duration,
    /// The longest wait, whatever the server asks for.
    pub longest_wait: Duration,
    /// How long the server may stay silent.
    pub silence: Duration,
    /// How long one attempt may take. A server that sends a byte now and then is never silent, and never done.
    pub patience: Duration,
    /// The largest file, in bytes.
    pub largest: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            attempts: 4,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(10),
            silence: Duration::from_secs(20),
            patience: Duration::from_secs(15 * 60),
            largest: 256 * 1024 * 1024,
        }
    }
}

/// A file that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 digest.
    pub digest: [u8; 32],
    /// Whether the server sent a digest to compare with (`Repr-Digest`, RFC 9530). It was the same.
    pub verified: bool,
    /// How many attempts it took.
    pub attempts: u32,
}

/// Why an attempt failed, and whether another one makes sense.
struct Failure {
    error: anyhow::Error,
    /// `None` for a failure that will not go away: 404, a file that is too large, a full disk.
    retry_after: Option<Duration>,
}

impl Failure {
    fn lasting(error: impl Into<anyhow::Error>) -> Self {
        Failure { error: error.into(), retry_after: None }
    }

    fn passing(error: impl Into<anyhow::Error>) -> Self {
        Failure { error: error.into(), retry_after: Some(Duration::ZERO) }
    }
}

/// Downloads one address at a time; any number of threads may share it, and its connections.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    limits: Limits,
}

impl Client {
    /// A client that keeps up to `connections` connections open for the next request.
    pub fn new(limits: Limits, connections: usize) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(limits.silence))
            .timeout_recv_response(Some(limits.silence))
            .timeout_per_read(Some(limits.silence))
            .timeout_per_call(Some(limits.patience))
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .build();
        Client { agent: config.new_agent(), limits }
    }

    /// Downloads `address` to `target`, which appears whole or not at all.
    ///
    /// # Errors
    /// If the last attempt fails, or one fails in a way that will not pass. The message names the address.
    pub fn download(&self, address: &str, target: &Path) -> anyhow::Result<Download> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let Failure { error, retry_after } = match self.attempt(address, target) {
                Ok(download) => return Ok(Download { attempts, ..download }),
                Err(failure) => failure,
            };
            match retry_after {
                Some(asked) if attempts < self.limits.attempts => thread::sleep(self.wait(attempts, asked)),
                _ => {
                    let tries = if attempts == 1 { String::new() } else { format!(" after {attempts} attempts") };
                    return Err(error.context(format!("{address} failed{tries}")));
                }
            }
        }
    }

    /// Downloads every address into `folder`, and returns the results in the order of the addresses. `arrived` is called
    /// on this thread for each.
    pub fn download_all(
        &self,
        addresses: &[String],
        folder: &Path,
        threads: usize,
        mut arrived: impl FnMut(),
    ) -> Vec<anyhow::Result<Download>> {
        let mut results: Vec<Option<anyhow::Result<Download>>> = addresses.iter().map(|_| None).collect();
        let download = |address: &String| self.download(address, &folder.join(path_for(address)));
        for_each(addresses, threads, download, |index, result| {
            results[index] = Some(result);
            arrived();
        });
        results.into_iter().flatten().collect()
    }

    fn wait(&self, attempts: u32, asked: Duration) -> Duration {
        let doubled = self.limits.first_wait.saturating_mul(1 << (attempts - 1).min(20));
        let own = doubled + doubled.mul_f64(fastrand::f64());
        own.max(asked).min(self.limits.longest_wait)
    }

    fn attempt(&self, address: &str, target: &Path) -> Result<Download, Failure> {
        let mut response = self.agent.get(address).call().map_err(|error| match error {
            ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed => Failure::passing(error),
            lasting => Failure::lasting(lasting),
        })?;
        check_status(&response)?;
        let promised = promised_digest(&response).map_err(Failure::lasting)?;
        let mut file = PartFile::create(target)
            .with_context(|| format!("cannot create {}", target.display()))
            .map_err(Failure::lasting)?;
        let (bytes, digest) = self.copy(response.body_mut(), &mut file)?;
        if promised.as_ref().is_some_and(|promised| *promised != digest) {
            // The bytes are not those that the server meant to send. The next attempt may be luckier.
            return Err(Failure::passing(anyhow!("what arrived has another digest than the server announced")));
        }
        file.keep().with_context(|| format!("cannot write {}", target.display())).map_err(Failure::lasting)?;
        Ok(Download { bytes, digest, verified: promised.is_some(), attempts: 1 })
    }

    /// Copies the body, and no more of it than is allowed: a server can send without end.
    fn copy(&self, body: &mut Body, file: &mut PartFile) -> Result<(u64, [u8; 32]), Failure> {
        let mut reader = body.as_reader();
        let mut hasher = Sha256::new();
        let mut buffer = [0; 16 * 1024];
        let mut total = 0;
        loop {
            let read = reader.read(&mut buffer).context("the body broke off").map_err(Failure::passing)?;
            if read == 0 {
                return Ok((total, hasher.finalize().into()));
            }
            total += read as u64;
            if total > self.limits.largest {
                return Err(Failure::lasting(anyhow!("it is larger than {} bytes", self.limits.largest)));
            }
            hasher.update(&buffer[..read]);
            file.write_all(&buffer[..read]).context("cannot write the file").map_err(Failure::lasting)?;
        }
    }
}

fn check_status(response: &Response<Body>) -> Result<(), Failure> {
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(());
    }
    let error = anyhow!("the server answered {status}");
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT {
        let seconds = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        return Err(Failure { error, retry_after: Some(Duration::from_secs(seconds.unwrap_or(0))) });
    }
    Err(Failure::lasting(error))
}

/// The SHA-256 in `Repr-Digest: sha-256=:BASE64:`, if the server sends one.
fn promised_digest(response: &Response<Body>) -> anyhow::Result<Option<[u8; 32]>> {
    let Some(field) = response.headers().get("repr-digest") else { return Ok(None) };
    let field = field.to_str().context("the server's digest is not text")?;
    let mut entries = field.split(',').filter_map(|entry| entry.trim().strip_prefix("sha-256="));
    let Some(entry) = entries.next() else { return Ok(None) };
    let Some(encoded) = entry.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')) else {
        bail!("the server's digest is malformed: {entry}");
    };
    let digest = BASE64_STANDARD.decode(encoded).context("the server's digest is not base64")?;
    ensure!(digest.len() == 32, "the server's digest has {} bytes, a SHA-256 has 32", digest.len());
    Ok(digest.try_into().ok())
}
