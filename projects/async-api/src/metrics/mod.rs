//! What Prometheus may ask.

mod labels;
#[cfg(test)]
mod tests;

use crate::model::AuditState;
use labels::{By, Request, method};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bounds of the histogram's buckets, in seconds: from a read by id to a report as PDF.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Counters of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Request, Histogram, fn() -> Histogram>,
    refusals: Family<By, Counter>,
    connections: Gauge,
    attempts: Family<By, Counter>,
    pages: Counter,
    audits: Family<By, Gauge>,
    /// By route, what has been answered before: a request does not look its numbers up by all of their labels.
    known: RwLock<HashMap<String, Vec<Answered>>>,
}

/// The numbers of one kind of request.
#[derive(Debug)]
struct Answered {
    method: &'static str,
    status: u16,
    requests: Counter,
    durations: Histogram,
}

/// Why a request was turned away before a handler saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Too many requests under way.
    Busy,
    /// The key's rate limit.
    Rate,
    /// No key, or a wrong one.
    Key,
    /// The CPU queue is full.
    Cpu,
}

/// How an attempt at an audit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// Done or cancelled.
    Ended,
    /// To be tried again, or kept as failed.
    Failed,
    /// Given up, because the process ends.
    Released,
    /// The lease was lost.
    Lost,
}

impl Answered {
    fn count(&self, took: Duration) {
        self.requests.inc();
        self.durations.observe(took.as_secs_f64());
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        let metrics = Metrics {
            registry: Registry::with_prefix("async_api"),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            refusals: Family::default(),
            connections: Gauge::default(),
            attempts: Family::default(),
            pages: Counter::default(),
            audits: Family::default(),
            known: RwLock::default(),
        };
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Metrics {
        // What has not happened yet is 0 and not absent: a rate over it, or an alert on it, works from the start.
        for why in [Refusal::Busy, Refusal::Rate, Refusal::Key, Refusal::Cpu] {
            drop(self.refusals.get_or_create(&why.into()));
        }
        for how in [Attempt::Ended, Attempt::Failed, Attempt::Released, Attempt::Lost] {
            drop(self.attempts.get_or_create(&how.into()));
        }
        let started: Gauge<f64, std::sync::atomic::AtomicU64> = Gauge::default();
        started.set(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
        let registry = &mut self.registry;
        registry.register("requests", "Requests that were answered", self.requests.clone());
        let help = "From a request to the head of its answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, self.durations.clone());
        registry.register("refusals", "Requests that were turned away", self.refusals.clone());
        registry.register("open_connections", "Connections that are open", self.connections.clone());
        registry.register("attempts", "Attempts at audits that have ended", self.attempts.clone());
        registry.register("pages", "Pages that were visited", self.pages.clone());
        registry.register("audits", "Audits in the store, of all instances", self.audits.clone());
        registry.register_with_unit("start_time", "When this process started, since 1970", Unit::Seconds, started);
        self
    }

    /// A request was answered. `route` is the route's pattern, never a client's text: every new value of a label is
    /// memory that is never given back.
    pub fn answered(&self, name: &str, route: &str, status: u16, took: Duration) {
        let method = method(name);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let kinds = known.get(route).map_or(&[][..], Vec::as_slice);
        if let Some(kind) = kinds.iter().find(|kind| (kind.method, kind.status) == (method, status)) {
            return kind.count(took);
        }
        drop(known);
        let request = Request { method, route: route.to_owned(), status };
        let requests = self.requests.get_or_create_owned(&request);
        let kind = Answered { method, status, requests, durations: self.durations.get_or_create_owned(&request) };
        kind.count(took);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(request.route).or_default().push(kind); // twice, if two were the first: they count as one
    }

    /// A request was turned away.
    pub fn refused(&self, why: Refusal) {
        self.refusals.get_or_create(&why.into()).inc();
    }

    /// A connection was opened (1) or closed (-1).
    pub fn connections(&self, change: i64) {
        self.connections.inc_by(change);
    }

    /// An attempt ended.
    pub fn attempt(&self, how: Attempt) {
        self.attempts.get_or_create(&how.into()).inc();
    }

    /// Pages were visited.
    pub fn pages(&self, how_many: u64) {
        self.pages.inc_by(how_many);
    }

    /// All of it in the OpenMetrics text format, with the audits in each state.
    pub fn render(&self, states: &[(AuditState, u64)]) -> String {
        for state in AuditState::ALL {
            let count = states.iter().filter(|(other, _)| *other == state).map(|(_, count)| *count).sum::<u64>();
            self.audits.get_or_create(&state.into()).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            tracing::error!("metrics cannot be written"); // a text takes all that is written to it
        }
        text
    }
}
