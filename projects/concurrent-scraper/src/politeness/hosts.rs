//! All hosts, and whose turn it is. The dispatcher owns them alone: what is checked still holds when it is acted on.

use super::Politeness;
use super::host::{Feedback, Host, back_off};
use super::robots::{Rules, Unreachable};
use crate::frontier::{HostNews, Lease, UrlId};
use crate::page::{Problem, ProblemKind};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// Hosts remembered. Beyond it those are forgotten that have nothing to do; they are asked for their rules again.
const MOST_HOSTS: usize = 4096;

/// A URL to visit, or to visit again.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) lease: Lease,
    pub(crate) url: Url,
    pub(crate) origin: Arc<str>,
    /// Tries so far.
    pub(crate) attempts: u32,
}

/// What can be done now.
#[derive(Debug)]
pub(crate) enum Work {
    /// Visit this URL. The host counts it as under way.
    Visit(Job),
    /// Ask this host for its rules. The host counts it as under way.
    AskRules(Arc<str>),
    /// This URL is not to be visited, and why.
    Refuse(Job, Problem),
}

/// What becomes of a URL whose visit has ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It will not be tried again.
    Over,
    /// It is back in its host's queue.
    Kept,
    /// It is to be tried again, by anyone, after so many attempts and not before this much time has passed.
    Postponed(UrlId, u32, Duration),
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Hosts {
    politeness: Politeness,
    /// Others ask the same hosts: a lease is good for one request, see [`crate::frontier::Frontier::is_shared`].
    shared: bool,
    hosts: HashMap<Arc<str>, Host>,
    /// Those with jobs.
    turn: VecDeque<Arc<str>>,
    waiting: usize,
}

impl Hosts {
    pub(crate) fn new(politeness: Politeness, shared: bool) -> Hosts {
        Hosts { politeness, shared, hosts: HashMap::new(), turn: VecDeque::new(), waiting: 0 }
    }

    /// Jobs that have not started.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Hosts with jobs, and how many each has.
    pub(crate) fn busy(&self) -> impl Iterator<Item = (&str, usize)> {
        self.turn
            .iter()
            .filter_map(|origin| self.hosts.get(origin).map(|host| (&**origin, host.queue.len() + host.later.len())))
    }

    /// Takes a leased URL.
    pub(crate) fn add(&mut self, mut lease: Lease, url: Url, now: Instant) {
        let text = url.origin().ascii_serialization();
        let origin = match self.hosts.get_key_value(text.as_str()) {
            Some((origin, _)) => Arc::clone(origin),
            None => Arc::from(text),
        };
        let (wait, attempts, given_up) = (lease.wait, lease.attempts, lease.given_up.take());
        let job = Job { lease, url, origin: Arc::clone(&origin), attempts };
        self.push(job, (!wait.is_zero()).then(|| now + wait), now);
        if let (Some(problem), Some(host)) = (given_up, self.hosts.get_mut(&origin)) {
            host.give_up(problem);
        }
    }

    fn push(&mut self, job: Job, at: Option<Instant>, now: Instant) {
        if self.hosts.len() >= MOST_HOSTS && !self.hosts.contains_key(&job.origin) {
            self.hosts.retain(|_, host| !host.is_idle(now));
        }
        let origin = Arc::clone(&job.origin);
        let host = self.hosts.entry(Arc::clone(&origin)).or_insert_with(|| Host::new(&self.politeness, now));
        match at {
            Some(at) => host.later.push((at, job)),
            None => host.queue.push_back(job),
        }
        self.waiting += 1;
        if !host.in_turn {
            host.in_turn = true;
            self.turn.push_back(origin);
        }
    }

    /// The next thing to do, the hosts taking turns.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Work> {
        for _ in 0..self.turn.len() {
            let origin = self.turn.pop_front()?;
            let Some(host) = self.hosts.get_mut(&origin) else { continue };
            host.wake(now);
            let work = Self::work_of(host, &origin, now);
            if !matches!(work, None | Some(Work::AskRules(_))) {
                self.waiting -= 1;
            }
            host.in_turn = !host.queue.is_empty() || !host.later.is_empty();
            if host.in_turn {
                self.turn.push_back(origin);
            }
            if work.is_some() {
                return work;
            }
        }
        None
    }

    fn work_of(host: &mut Host, origin: &Arc<str>, now: Instant) -> Option<Work> {
        let job = host.queue.front()?;
        let refusal = match (host.given_up(), &host.rules) {
            (Some(problem), _) | (_, Some(Rules::Unreachable(problem))) => Some(problem.clone()),
            (_, Some(rules)) if !rules.allows(&job.url) => Some(Problem::new(ProblemKind::Robots, "")),
            _ => None,
        };
        if let Some(problem) = refusal {
            return host.queue.pop_front().map(|job| Work::Refuse(job, problem));
        }
        if !host.is_open(now) {
            return None;
        }
        host.start();
        match host.rules {
            Some(_) => host.queue.pop_front().map(Work::Visit),
            None => Some(Work::AskRules(Arc::clone(origin))),
        }
    }

    /// When to look again, if nothing that is under way ends before.
    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.turn.iter().filter_map(|origin| self.hosts.get(origin)?.next_wake()).min()
    }

    /// A visit has ended. `again`: it failed in a way that may pass.
    pub(crate) fn ended(&mut self, mut job: Job, feedback: Feedback, again: bool, now: Instant) -> Ended {
        job.attempts += 1;
        let again = again && job.attempts <= self.politeness.retries;
        let Some(host) = self.hosts.get_mut(&job.origin) else { return Ended::Over };
        host.ended(now, feedback, !again, &self.politeness);
        if !again || host.given_up().is_some() {
            return Ended::Over;
        }
        let wait = back_off(&self.politeness, job.attempts);
        if self.shared {
            return Ended::Postponed(job.lease.id, job.attempts, wait);
        }
        self.push(job, Some(now + wait), now);
        Ended::Kept
    }

    /// A host's robots.txt has answered, or has not.
    pub(crate) fn answered(&mut self, origin: &str, answer: Result<Rules, Unreachable>, now: Instant) {
        if let Some(host) = self.hosts.get_mut(origin) {
            host.answered(now, answer, &self.politeness);
        }
    }

    /// What others should know who ask this host, too.
    pub(crate) fn news(&self, origin: &str, slow_down: bool, now: Instant) -> HostNews {
        self.hosts.get(origin).map(|host| host.news(now, slow_down)).unwrap_or_default()
    }

    /// Takes back the jobs that wait for more than their own time, of one host or of all where they have to wait: their
    /// leases were good for a request at once.
    pub(crate) fn give_back(&mut self, origin: Option<&str>, now: Instant) -> Vec<UrlId> {
        let mut back = Vec::new();
        for name in &self.turn {
            let Some(host) = self.hosts.get_mut(name) else { continue };
            let wanted = origin.map_or_else(|| host.is_stuck(now), |origin| origin == &**name);
            if wanted && host.given_up().is_none() {
                back.extend(host.queue.drain(..).map(|job| job.lease.id));
            }
        }
        self.waiting -= back.len();
        back
    }
}
