//! The requests that a site has had.

use super::head::{Head, field};
use super::lock;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, `GET` say.
    pub method: String,
    /// The path and the query, as the client sent them.
    pub target: String,
    /// When the head of the request had arrived.
    pub started: Instant,
    /// When all but the last bytes of the response had been sent, or the connection was given up.
    /// None as long as it is being answered.
    pub ended: Option<Instant>,
    /// The status of the response. None before it is decided, and when there is no response.
    pub status: Option<u16>,
    /// How many bytes of the body were sent; 0 as long as it is being answered.
    pub bytes: u64,
    fields: String,
}

impl Request {
    /// The value of a header field of the request; the first one, where there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }
}

#[derive(Default)]
pub(super) struct Log {
    requests: Mutex<Vec<Request>>,
    changed: Condvar,
}

impl Log {
    pub(super) fn begin(&self, head: &Head) -> Exchange<'_> {
        let mut requests = lock(&self.requests);
        requests.push(Request {
            method: head.method.clone(),
            target: head.target.clone(),
            started: Instant::now(),
            ended: None,
            status: None,
            bytes: 0,
            fields: head.fields.clone(),
        });
        self.changed.notify_all();
        Exchange { log: self, number: requests.len() - 1, bytes: 0, ended: false }
    }

    fn update(&self, number: usize, change: impl FnOnce(&mut Request)) {
        change(&mut lock(&self.requests)[number]);
        self.changed.notify_all();
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    pub(super) fn wait_until(&self, limit: Duration, wished: impl Fn(&[Request]) -> bool) -> bool {
        let (requests, _) = self
            .changed
            .wait_timeout_while(lock(&self.requests), limit, |requests| !wished(requests))
            .unwrap_or_else(PoisonError::into_inner);
        wished(&requests)
    }

    pub(super) fn in_flight_peak(&self, prefix: &str) -> usize {
        let mut steps = Vec::new();
        for request in lock(&self.requests).iter().filter(|request| request.target.starts_with(prefix)) {
            steps.push((request.started, 1));
            steps.extend(request.ended.map(|ended| (ended, -1)));
        }
        // At the same instant an end comes before a start.
        steps.sort_unstable();
        let mut in_flight = 0_isize;
        let levels = steps.iter().map(|(_, step)| {
            in_flight += step;
            in_flight
        });
        levels.max().unwrap_or(0).unsigned_abs()
    }
}

/// One request under way. Dropping it ends it in the log.
pub(super) struct Exchange<'a> {
    log: &'a Log,
    number: usize,
    bytes: u64,
    ended: bool,
}

impl Exchange<'_> {
    pub(super) fn decide(&mut self, status: u16) {
        self.log.update(self.number, |request| request.status = Some(status));
    }

    pub(super) fn sent(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// To be called before the last bytes leave: a client that has them may start its next request
    /// at once, and the two never overlapped.
    pub(super) fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.log.update(self.number, |request| {
                request.ended = Some(Instant::now());
                request.bytes = self.bytes;
            });
        }
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        self.end();
    }
}
