//! The dispatcher: leases URLs ahead, starts a task for each when its host may be asked, and takes the results.
//!
//! It alone owns the hosts' gates and the set of tasks. It stops taking results while the committer has no room, and
//! that is all the back-pressure there is.

use super::commit::Committer;
use super::visit::{self, Visited};
use super::{CrawlError, Progress, Shared, Shutdown, Why};
use crate::frontier::{Found, Frontier, FrontierError, Leased, Ordered, Place};
use crate::page::LinkKind;
use crate::politeness::{Ended, Feedback, Hosts, Job, Rules, Unreachable, Work, fetch_rules};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use url::Url;

/// How long to wait for news of a frontier that has nothing to lease and is not finished: others may be at work on it.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How often the figures of the queue are brought up to date.
const FIGURES: Duration = Duration::from_millis(200);

/// What a task brings back.
enum Done {
    Visit(Job, Box<Visited>),
    Rules(Arc<str>, Result<Rules, Unreachable>),
}

/// See the [module](self).
pub(super) struct Dispatcher {
    frontier: Arc<dyn Frontier>,
    shared: Arc<Shared>,
    progress: Arc<Progress>,
    shutdown: Shutdown,
    hosts: Hosts,
    tasks: JoinSet<Done>,
    /// Nothing was to be had: ask again when something has been committed, or then.
    hungry: Option<Instant>,
    /// URLs asked for last.
    wanted: usize,
    finished: bool,
    pages: u64,
    bytes: u64,
    figures: Instant,
}

impl Dispatcher {
    pub(super) fn new(
        frontier: Arc<dyn Frontier>,
        shared: Shared,
        progress: Arc<Progress>,
        shutdown: Shutdown,
    ) -> Dispatcher {
        Dispatcher {
            hosts: Hosts::new(shared.politeness.clone(), frontier.is_shared()),
            shared: Arc::new(shared),
            progress,
            shutdown,
            tasks: JoinSet::new(),
            frontier,
            hungry: None,
            wanted: 0,
            finished: false,
            pages: 0,
            bytes: 0,
            figures: Instant::now(),
        }
    }

    /// Runs until there is nothing more to do.
    pub(super) async fn run(mut self, committer: &Committer) -> Result<Why, CrawlError> {
        let counts = self.frontier.counts().await?;
        (self.pages, self.bytes) = (counts.done, counts.bytes);
        let frontier = Arc::clone(&self.frontier);
        let mut leasing: Option<Ordered<'_, Leased>> = None;
        loop {
            let ending = self.ending();
            if ending.is_none() && !self.start(committer).await {
                return Ok(Why::Shutdown);
            }
            if self.frontier.is_shared() {
                self.give_back().await?;
            }
            if self.tasks.is_empty() {
                match ending {
                    Some(why) => return Ok(why),
                    None if self.finished => return Ok(Why::Finished),
                    None => {}
                }
            }
            if leasing.is_none() && ending.is_none() && self.wants_more() {
                self.wanted = self.want();
                leasing = Some(frontier.lease(self.wanted));
            }
            let wake = if ending.is_none() { self.wake(leasing.is_some()) } else { None };
            tokio::select! {
                biased;
                () = self.shutdown.stop.cancelled() => return Ok(Why::Shutdown),
                () = self.shutdown.drain.cancelled(), if ending.is_none() => {}
                Some(done) = self.tasks.join_next() => {
                    if !self.done(done, committer).await? {
                        return Ok(Why::Shutdown);
                    }
                }
                leased = async { match &mut leasing { Some(order) => order.await, None => pending().await } } => {
                    leasing = None;
                    self.leased(leased)?;
                }
                () = committer.committed.notified(), if self.hungry.is_some() => self.hungry = None,
                () = async { match wake { Some(at) => sleep_until(at).await, None => pending().await } } => {}
            }
            self.figures().await?;
        }
    }

    /// Why nothing more is started, if so.
    fn ending(&self) -> Option<Why> {
        let limits = &self.shared.limits;
        let under_way = self.tasks.len() as u64;
        if self.shutdown.drain.is_cancelled() {
            Some(Why::Shutdown)
        } else if limits.pages.is_some_and(|most| self.pages + under_way >= most)
            || limits.bytes.is_some_and(|most| self.bytes >= most)
        {
            Some(Why::Limit)
        } else {
            None
        }
    }

    fn wants_more(&self) -> bool {
        let now = Instant::now();
        self.hosts.waiting() < self.shared.limits.concurrency
            && self.want() > 0
            && self.hungry.is_none_or(|at| now >= at)
    }

    /// URLs to ask for: some to have ahead; of a shared frontier only what can be started at once.
    fn want(&self) -> usize {
        let most = self.shared.limits.concurrency;
        if self.frontier.is_shared() { most.saturating_sub(self.tasks.len() + self.hosts.waiting()) } else { most }
    }

    /// When there is something to do, if nothing else happens before. A time that has passed would be waited for in
    /// vain, over and over: so only what can be acted on counts.
    fn wake(&self, leasing: bool) -> Option<Instant> {
        let gate = if self.has_room() { self.hosts.next_wake() } else { None };
        let hunger = self.hungry.filter(|_| !leasing && self.hosts.waiting() < self.shared.limits.concurrency);
        [gate, hunger].into_iter().flatten().min()
    }

    fn has_room(&self) -> bool {
        self.tasks.len() < self.shared.limits.concurrency
    }

    /// Starts what may start. False when committing has failed.
    async fn start(&mut self, committer: &Committer) -> bool {
        while self.has_room()
            && self.ending().is_none()
            && let Some(work) = self.hosts.next(Instant::now())
        {
            let shared = Arc::clone(&self.shared);
            match work {
                Work::Visit(job) => {
                    self.tasks.spawn(async move {
                        let visited = visit::visit(&shared, &job).await;
                        Done::Visit(job, Box::new(visited))
                    });
                }
                Work::AskRules(origin) => {
                    self.tasks.spawn(async move {
                        let rules = fetch_rules(&shared.fetcher, &origin, &shared.user_agent).await;
                        Done::Rules(origin, rules)
                    });
                }
                Work::Refuse(job, problem) => {
                    if !committer.commit(visit::refuse(job, problem)).await {
                        return false;
                    }
                }
            }
        }
        self.progress.in_flight(self.tasks.len());
        true
    }

    /// Takes what a task brings. False when committing has failed.
    async fn done(&mut self, done: Result<Done, JoinError>, committer: &Committer) -> Result<bool, CrawlError> {
        match done.map_err(|error| CrawlError::Defect(error.to_string()))? {
            Done::Rules(origin, answer) => {
                if self.shared.robots_sitemaps
                    && let Ok(rules) = &answer
                {
                    self.add_sitemaps(rules.sitemaps()).await?;
                }
                self.hosts.answered(&origin, answer, Instant::now());
                if self.frontier.is_shared() {
                    self.tell(&origin, false).await?;
                    // The question was the one request that these leases were good for.
                    self.frontier.release(self.hosts.give_back(Some(&origin), Instant::now())).await?;
                }
            }
            Done::Visit(job, visited) => {
                let Visited { visit, feedback, again } = *visited;
                let origin = Arc::clone(&job.origin);
                let ended = self.hosts.ended(job, feedback, again, Instant::now());
                if self.frontier.is_shared() && feedback != Feedback::Fine {
                    self.tell(&origin, matches!(feedback, Feedback::SlowDown(_))).await?;
                }
                match ended {
                    Ended::Over => {}
                    Ended::Kept => {
                        self.progress.retried();
                        return Ok(true);
                    }
                    Ended::Postponed(lease, attempts, wait) => {
                        self.progress.retried();
                        self.frontier.postpone(lease, attempts, wait).await?;
                        return Ok(true);
                    }
                }
                self.pages += 1;
                self.bytes += visit.page.bytes;
                return Ok(committer.commit(visit).await);
            }
        }
        Ok(true)
    }

    fn leased(&mut self, leased: Result<Leased, FrontierError>) -> Result<(), CrawlError> {
        let Leased { leases, finished } = leased?;
        let now = Instant::now();
        self.finished = finished;
        self.hungry = (leases.len() < self.wanted).then(|| now + LOOK_AGAIN);
        for lease in leases {
            // The frontier holds only what was parsed before.
            let url = Url::parse(&lease.url)
                .map_err(|error| FrontierError::Failed(format!("{:?} is not a URL: {error}", lease.url)))?;
            self.hosts.add(lease, url, now);
        }
        Ok(())
    }

    /// Tells the others what a host has said, before its place is free again.
    async fn tell(&self, origin: &str, slow_down: bool) -> Result<(), FrontierError> {
        self.frontier.tell(origin, self.hosts.news(origin, slow_down, Instant::now())).await
    }

    /// Gives back what a shared frontier has leased and what cannot start at once: when it can, another may have been
    /// told to stay away.
    async fn give_back(&mut self) -> Result<(), FrontierError> {
        let now = Instant::now();
        let stuck = self.hosts.give_back(None, now);
        if !stuck.is_empty() {
            self.hungry = Some(now + LOOK_AGAIN);
            self.frontier.release(stuck).await?;
        }
        Ok(())
    }

    async fn add_sitemaps(&self, sitemaps: &[Url]) -> Result<(), FrontierError> {
        let place = Place { sitemap: true, ..Place::default() };
        let found = sitemaps.iter().map(|url| Found {
            url: url.as_str().to_owned(),
            kind: LinkKind::Sitemap,
            visit: self.shared.scope.contains(url, 0).is_ok().then_some(place),
        });
        self.frontier.add(found.collect()).await
    }

    async fn figures(&mut self) -> Result<(), FrontierError> {
        let now = Instant::now();
        if now >= self.figures {
            self.figures = now + FIGURES;
            let counts = self.frontier.counts().await?;
            if self.frontier.is_shared() {
                // The limits are those of the whole crawl.
                (self.pages, self.bytes) = (self.pages.max(counts.done), self.bytes.max(counts.bytes));
            }
            self.progress.queued(counts.pending + self.hosts.waiting() as u64);
            self.progress.hosts(self.hosts.busy());
        }
        Ok(())
    }
}
