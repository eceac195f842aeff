//! Sets a crawl up.

use super::{Crawl, CrawlError, Progress, Shared};
use crate::address::{Normalisation, Scope, ScopeOptions, normalise};
use crate::extract;
use crate::fetch::{FetchOptions, Fetcher};
use crate::fields::Fields;
use crate::frontier::Frontier;
use crate::politeness::Politeness;
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::Semaphore;
use url::Url;

/// How much a crawl does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way, all hosts together.
    pub concurrency: usize,
    /// Pages, over all runs of this crawl. None: all there are.
    pub pages: Option<u64>,
    /// Bytes of bodies, over all runs; what is under way when it is reached is finished.
    pub bytes: Option<u64>,
    /// Redirects in a row.
    pub redirects: u32,
    /// Whether a redirect that sets a cookie and leads back to its own URL is tried once more, with the cookie.
    pub cookies: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { concurrency: 64, pages: None, bytes: None, redirects: 10, cookies: false }
    }
}

/// Sets a crawl up. See [`Crawl::builder`].
#[derive(Debug)]
pub struct CrawlBuilder {
    seeds: Vec<Url>,
    sitemaps: Vec<Url>,
    scope: ScopeOptions,
    normalisation: Normalisation,
    politeness: Politeness,
    limits: Limits,
    extraction: extract::Limits,
    fetch: FetchOptions,
    fields: Option<Fields>,
    robots_sitemaps: bool,
}

impl CrawlBuilder {
    pub(super) fn new(seeds: Vec<Url>) -> CrawlBuilder {
        CrawlBuilder {
            seeds,
            sitemaps: Vec::new(),
            scope: ScopeOptions::default(),
            normalisation: Normalisation::default(),
            politeness: Politeness::default(),
            limits: Limits::default(),
            extraction: extract::Limits::default(),
            fetch: FetchOptions::default(),
            fields: None,
            robots_sitemaps: false,
        }
    }

    /// Which URLs belong to the crawl; by default all of the seeds' hosts.
    pub fn scope(mut self, scope: ScopeOptions) -> CrawlBuilder {
        self.scope = scope;
        self
    }

    /// Which URLs are the same.
    pub fn normalisation(mut self, normalisation: Normalisation) -> CrawlBuilder {
        self.normalisation = normalisation;
        self
    }

    /// How hosts are treated.
    pub fn politeness(mut self, politeness: Politeness) -> CrawlBuilder {
        self.politeness = politeness;
        self
    }

    /// How much to do.
    pub fn limits(mut self, limits: Limits) -> CrawlBuilder {
        self.limits = limits;
        self
    }

    /// How much one page may cost.
    pub fn extraction(mut self, extraction: extract::Limits) -> CrawlBuilder {
        self.extraction = extraction;
        self
    }

    /// What requests look like and how they travel. The seeds' hosts are trusted besides those given here.
    pub fn fetch(mut self, fetch: FetchOptions) -> CrawlBuilder {
        self.fetch = fetch;
        self
    }

    /// Columns to take out of every page.
    pub fn fields(mut self, fields: Fields) -> CrawlBuilder {
        self.fields = Some(fields);
        self
    }

    /// Sitemaps to start with, besides the seeds.
    pub fn sitemaps(mut self, sitemaps: impl IntoIterator<Item = Url>) -> CrawlBuilder {
        self.sitemaps.extend(sitemaps);
        self
    }

    /// Whether the sitemaps that robots.txt names are read.
    pub fn robots_sitemaps(mut self, read: bool) -> CrawlBuilder {
        self.robots_sitemaps = read;
        self
    }

    /// The crawl, ready to run on this frontier.
    ///
    /// # Errors
    /// If an option makes no sense.
    pub fn build(self, frontier: Arc<dyn Frontier>) -> Result<Crawl, CrawlError> {
        let CrawlBuilder { mut seeds, mut sitemaps, normalisation, mut fetch, limits, .. } = self;
        for url in seeds.iter_mut().chain(&mut sitemaps) {
            if !matches!(url.scheme(), "http" | "https") {
                return Err(CrawlError::Seeds(format!("{url} is neither http nor https")));
            }
            normalise(url, &normalisation);
        }
        let around: Vec<Url> = seeds.iter().chain(&sitemaps).cloned().collect();
        fetch.trusted.extend(around.iter().map(|url| url.origin().ascii_serialization()));
        let limits = super::Limits { concurrency: limits.concurrency.max(1), cookies: fetch.cookies, ..limits };
        let shared = Shared {
            scope: Scope::new(&around, &self.scope)?,
            fetcher: Fetcher::new(&fetch)?,
            user_agent: fetch.user_agent,
            seeds,
            sitemaps,
            normalisation,
            politeness: self.politeness,
            limits,
            extraction: self.extraction,
            fields: self.fields.map(Arc::new),
            robots_sitemaps: self.robots_sitemaps,
            with_links: false,
            parsers: Semaphore::new(available_parallelism().map_or(1, std::num::NonZero::get)),
        };
        Ok(Crawl { frontier, shared, progress: Arc::new(Progress::new()) })
    }
}
