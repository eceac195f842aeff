//! One host: what it allows, what is under way there, and when it may be asked next.

use super::robots::{Rules, Unreachable};
use super::{Politeness, hosts::Job};
use crate::frontier::HostNews;
use crate::page::{Problem, ProblemKind};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// The longest back-off for a host that asks to slow down without saying for how long.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// How a host took a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feedback {
    /// It answered.
    Fine,
    /// It asked to slow down (429, 503), and maybe for how long.
    SlowDown(Option<Duration>),
    /// It could not be reached, or broke off.
    Failed,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Host {
    pub(super) rules: Option<Rules>,
    pub(super) queue: VecDeque<Job>,
    /// Jobs that wait for their own time.
    pub(super) later: Vec<(Instant, Job)>,
    pub(super) in_turn: bool,
    in_flight: usize,
    asked: u32,
    limit: usize,
    most: usize,
    delay: Duration,
    not_before: Instant,
    slowed: u32,
    fine: usize,
    exhausted: u32,
    given_up: Option<Problem>,
}

impl Host {
    pub(super) fn new(politeness: &Politeness, now: Instant) -> Host {
        let most = if politeness.delay.is_zero() { politeness.per_host.max(1) } else { 1 };
        Host {
            rules: (!politeness.robots).then(Rules::none),
            queue: VecDeque::new(),
            later: Vec::new(),
            in_turn: false,
            in_flight: 0,
            asked: 0,
            limit: most,
            most,
            delay: politeness.delay,
            not_before: now,
            slowed: 0,
            fine: 0,
            exhausted: 0,
            given_up: None,
        }
    }

    /// Whether a request may start now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        let limit = if self.rules.is_some() { self.limit } else { 1 };
        self.in_flight < limit && now >= self.not_before
    }

    pub(super) fn start(&mut self) {
        self.in_flight += 1;
    }

    /// What others should know who ask this host, too.
    pub(super) fn news(&self, now: Instant, slow_down: bool) -> HostNews {
        let unreachable = match &self.rules {
            Some(Rules::Unreachable(problem)) => Some(problem),
            _ => None,
        };
        HostNews {
            closed_for: self.not_before.saturating_duration_since(now),
            slow_down,
            delay: self.rules.as_ref().map(|_| self.delay),
            given_up: self.given_up.as_ref().or(unreachable).cloned(),
        }
    }

    /// Others have found out that this host is to be left alone.
    pub(super) fn give_up(&mut self, problem: Problem) {
        self.given_up.get_or_insert(problem);
    }

    /// Whether what is queued has to wait for more than the answer to a question that is under way.
    pub(super) fn is_stuck(&self, now: Instant) -> bool {
        let asking = self.rules.is_none() && self.in_flight > 0;
        !self.queue.is_empty() && !asking && !self.is_open(now)
    }

    /// Why nothing more is asked of this host, if so.
    pub(super) fn given_up(&self) -> Option<&Problem> {
        self.given_up.as_ref()
    }

    /// Moves jobs whose time has come to the front.
    pub(super) fn wake(&mut self, now: Instant) {
        let mut waiting = std::mem::take(&mut self.later);
        waiting.retain_mut(|(at, job)| {
            if *at > now {
                return true;
            }
            self.queue.push_front(job.clone());
            false
        });
        self.later = waiting;
    }

    /// When there may be something to do. None: not before something that is under way has ended.
    pub(super) fn next_wake(&self) -> Option<Instant> {
        let limit = if self.rules.is_some() { self.limit } else { 1 };
        if self.in_flight >= limit {
            return None;
        }
        let queued = (!self.queue.is_empty()).then_some(self.not_before);
        let later = self.later.iter().map(|(at, _)| (*at).max(self.not_before)).min();
        queued.into_iter().chain(later).min()
    }

    /// Nothing to remember but what could be asked again.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        !self.in_turn && self.in_flight == 0 && now >= self.not_before && self.given_up.is_none()
    }

    /// A request has ended. `last`: its URL is not tried again.
    pub(super) fn ended(&mut self, now: Instant, feedback: Feedback, last: bool, politeness: &Politeness) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if !self.delay.is_zero() {
            self.close_until(now + self.delay);
        }
        match feedback {
            Feedback::Fine => {
                self.slowed = 0;
                self.exhausted = 0;
                self.fine += 1;
                // One more at a time for every round that went well.
                if self.limit < self.most && self.fine >= self.limit {
                    self.limit += 1;
                    self.fine = 0;
                }
            }
            Feedback::SlowDown(wait) => {
                // Those that were under way when the first one was refused are refused for the same reason.
                if now >= self.not_before || !self.delay.is_zero() {
                    self.limit = (self.limit / 2).max(1);
                    self.slowed += 1;
                }
                self.fine = 0;
                let back_off = politeness.back_off.saturating_mul(1 << self.slowed.min(16));
                let wait = wait.unwrap_or_else(|| jitter(back_off.min(LONGEST_BACK_OFF)));
                if wait > politeness.patience {
                    let message = format!("the host asks to stay away for {} s", wait.as_secs());
                    self.given_up = Some(Problem::new(ProblemKind::Unavailable, message));
                } else {
                    self.close_until(now + wait);
                }
            }
            Feedback::Failed => self.fine = 0,
        }
        if last && feedback != Feedback::Fine {
            self.exhausted += 1;
            if self.exhausted >= politeness.give_up_after && self.given_up.is_none() {
                let message = format!("{} URLs in a row were refused or had no answer", self.exhausted);
                self.given_up = Some(Problem::new(ProblemKind::Unavailable, message));
            }
        }
    }

    /// robots.txt has answered, or has not.
    pub(super) fn answered(&mut self, now: Instant, answer: Result<Rules, Unreachable>, politeness: &Politeness) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.asked += 1;
        match answer {
            Ok(rules) => {
                let asked_for = rules.delay().unwrap_or_default().min(politeness.longest_crawl_delay);
                self.delay = self.delay.max(asked_for);
                if !self.delay.is_zero() {
                    (self.limit, self.most) = (1, 1);
                }
                self.rules = Some(rules);
            }
            Err(Unreachable { problem, wait }) => {
                let wait = wait.unwrap_or_else(|| back_off(politeness, self.asked));
                if self.asked > politeness.retries || wait > politeness.patience {
                    self.rules = Some(Rules::Unreachable(problem));
                } else {
                    self.close_until(now + wait);
                }
            }
        }
        self.close_until(now + self.delay);
    }

    fn close_until(&mut self, at: Instant) {
        self.not_before = self.not_before.max(at);
    }
}

/// The wait before try number `tries + 1`.
pub(super) fn back_off(politeness: &Politeness, tries: u32) -> Duration {
    jitter(politeness.back_off.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(LONGEST_BACK_OFF))
}

/// A quarter more at most, so that what failed together does not come back together.
fn jitter(wait: Duration) -> Duration {
    wait + wait.mul_f64(fastrand::f64() / 4.0)
}
