//! The crawl: one URL's way from the frontier to the output.
//!
//! ```text
//! frontier --lease--> dispatcher --job--> visit (one task each) --Visit--> committer --Row--> emitter --> Consumer
//!     ^                   |  politeness::Hosts says when                      |
//!     +---- new URLs, results and done-marks, in one transaction for many ---+
//! ```
//!
//! Every arrow is bounded. A consumer that is slow fills the emitter's channel, then the committer waits, then the
//! dispatcher does, and the crawl runs at the consumer's pace in constant memory.

mod builder;
mod commit;
mod consumer;
mod dispatch;
mod emit;
mod pages;
mod progress;
mod seeds;
mod visit;

pub use builder::{CrawlBuilder, Limits};
pub use consumer::{BoxError, Consumer, Discard};
pub use pages::Pages;
pub use progress::{HostProgress, Progress, Snapshot};

use crate::address::{Normalisation, Scope};
use crate::extract;
use crate::fetch::{Fetcher, SetupError};
use crate::fields::Fields;
use crate::frontier::{Counts, Frontier, FrontierError};
use crate::politeness::Politeness;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How often the frontier is told that this process is alive.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// A crawl that has been set up. [`Crawl::run`] runs it.
pub struct Crawl {
    frontier: Arc<dyn Frontier>,
    shared: Shared,
    progress: Arc<Progress>,
}

/// What all parts of a crawl read.
pub(crate) struct Shared {
    pub(crate) seeds: Vec<Url>,
    pub(crate) sitemaps: Vec<Url>,
    pub(crate) scope: Scope,
    pub(crate) normalisation: Normalisation,
    pub(crate) politeness: Politeness,
    pub(crate) limits: Limits,
    pub(crate) extraction: extract::Limits,
    pub(crate) fields: Option<Arc<Fields>>,
    pub(crate) fetcher: Fetcher,
    pub(crate) user_agent: String,
    pub(crate) robots_sitemaps: bool,
    pub(crate) with_links: bool,
    pub(crate) parsers: tokio::sync::Semaphore,
}

/// How a crawl is told to end before it is done.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// Finish what is under way, then end.
    pub drain: CancellationToken,
    /// End now. What is under way will be fetched again by the next run.
    pub stop: CancellationToken,
}

/// How a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub why: Why,
    /// What there is now. `pending` is what another run would have to do.
    pub counts: Counts,
}

/// Why a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Everything has been visited.
    Finished,
    /// A limit on pages or bytes has been reached.
    Limit,
    /// It was told to.
    Shutdown,
}

/// Why a crawl cannot go on. What has been stored is intact.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    /// The frontier failed.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    /// The consumer failed: the output's disk is full, say.
    #[error("the output failed: {0}")]
    Consumer(BoxError),
    /// An option makes no sense.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A pattern is no regular expression.
    #[error(transparent)]
    Scope(#[from] crate::address::ScopeError),
    /// There is nothing to start with.
    #[error("{0}")]
    Seeds(String),
    /// A part of the crawl panicked: a defect.
    #[error("a part of the crawl failed: {0}")]
    Defect(String),
}

impl Crawl {
    /// Sets up a crawl that starts with these URLs.
    pub fn builder(seeds: impl IntoIterator<Item = Url>) -> CrawlBuilder {
        CrawlBuilder::new(seeds.into_iter().collect())
    }

    /// Counters to look at while the crawl runs.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Crawls until nothing is left, a limit is reached, or `shutdown` says so. Hands every page to `consumer`, in the
    /// order in which they are stored: first those that an earlier run has stored and not handed over.
    ///
    /// # Errors
    /// If the frontier or the consumer fails.
    pub async fn run(self, consumer: impl Consumer, shutdown: Shutdown) -> Result<Ended, CrawlError> {
        let Crawl { frontier, mut shared, progress } = self;
        shared.with_links = consumer.wants_links();
        seeds::add(&*frontier, &shared).await?;
        let emitter = emit::Emitter::start(&*frontier, Box::new(consumer), shutdown.stop.clone()).await?;
        let committer =
            commit::Committer::start(Arc::clone(&frontier), emitter, Arc::clone(&progress), shutdown.stop.clone());
        let heartbeat = tokio::spawn(beat(Arc::clone(&frontier)));
        let dispatcher = dispatch::Dispatcher::new(Arc::clone(&frontier), shared, Arc::clone(&progress), shutdown);
        let dispatched = dispatcher.run(&committer).await;
        heartbeat.abort();
        // What has been fetched is worth storing, also when dispatching failed.
        let committed = committer.end().await;
        let why = match (dispatched, committed) {
            // A dispatcher that finds the committer gone knows less about the reason than the committer does.
            (Ok(why), Ok(())) => why,
            (_, Err(error)) | (Err(error), Ok(())) => return Err(error),
        };
        let counts = frontier.counts().await?;
        tracing::info!(?why, done = counts.done, pending = counts.pending, bytes = counts.bytes, "ended");
        Ok(Ended { why, counts })
    }
}

async fn beat(frontier: Arc<dyn Frontier>) {
    let mut ticks = tokio::time::interval(HEARTBEAT);
    loop {
        ticks.tick().await;
        if let Err(error) = frontier.renew().await {
            tracing::warn!(%error, "the frontier was not told that this process is alive");
        }
    }
}
