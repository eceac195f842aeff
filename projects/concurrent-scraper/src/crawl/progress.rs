//! Counters to look at while a crawl runs.

use crate::frontier::Row;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Hosts whose queues are shown.
const MOST_HOSTS: usize = 8;

/// What a crawl has done so far. Each figure is right for itself; two of them may be of slightly different moments.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    pages: AtomicU64,
    bytes: AtomicU64,
    broken: AtomicU64,
    retries: AtomicU64,
    in_flight: AtomicU64,
    queued: AtomicU64,
    hosts: Mutex<Vec<HostProgress>>,
}

/// The figures of a moment.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Snapshot {
    /// Since the crawl was set up.
    pub elapsed: Duration,
    /// Pages stored, in this run.
    pub pages: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// Pages that are broken.
    pub broken: u64,
    /// Tries that were repeated.
    pub retries: u64,
    /// Requests under way.
    pub in_flight: u64,
    /// URLs that are known and not visited yet, as of the last look.
    pub queued: u64,
    /// Some of the hosts that have work.
    pub hosts: Vec<HostProgress>,
}

/// The work of one host.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HostProgress {
    /// Scheme, name and port.
    pub origin: String,
    /// Leased URLs that wait for their turn.
    pub waiting: usize,
}

impl Progress {
    pub(super) fn new() -> Progress {
        Progress {
            started: Instant::now(),
            pages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            broken: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            queued: AtomicU64::new(0),
            hosts: Mutex::new(Vec::new()),
        }
    }

    /// The figures of this moment.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            elapsed: self.started.elapsed(),
            pages: self.pages.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            broken: self.broken.load(Relaxed),
            retries: self.retries.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            queued: self.queued.load(Relaxed),
            hosts: self.hosts.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    pub(super) fn committed(&self, rows: &[Row]) {
        self.pages.fetch_add(rows.len() as u64, Relaxed);
        self.bytes.fetch_add(rows.iter().map(|row| row.page.bytes).sum(), Relaxed);
        for page in rows.iter().map(|row| &row.page).filter(|page| page.is_broken()) {
            self.broken.fetch_add(1, Relaxed);
            let problem = page.problem.as_ref().map(ToString::to_string);
            tracing::warn!(url = page.url, status = page.status, problem, "broken");
        }
    }

    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(super) fn in_flight(&self, requests: usize) {
        self.in_flight.store(requests as u64, Relaxed);
    }

    pub(super) fn queued(&self, urls: u64) {
        self.queued.store(urls, Relaxed);
    }

    pub(super) fn hosts<'a>(&self, hosts: impl Iterator<Item = (&'a str, usize)>) {
        let of = |(origin, waiting): (&str, usize)| HostProgress { origin: origin.to_owned(), waiting };
        *self.hosts.lock().unwrap_or_else(PoisonError::into_inner) = hosts.take(MOST_HOSTS).map(of).collect();
    }
}
