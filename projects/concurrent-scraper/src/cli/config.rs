//! From arguments to the library's options.

use super::args::{CrawlOptions, QueryArgument, RegionArgument};
use anyhow::{Context, Result};
use concurrent_scraper::address::{Normalisation, Query, Region, ScopeOptions};
use concurrent_scraper::crawl::{Crawl, CrawlBuilder, Limits};
use concurrent_scraper::fetch::{FetchLimits, FetchOptions, Proxy};
use concurrent_scraper::fields::Fields;
use concurrent_scraper::politeness::Politeness;
use concurrent_scraper::store::StoreOptions;
use url::Url;

/// A crawl as the command line describes it.
pub(super) struct Config {
    pub(super) builder: CrawlBuilder,
    pub(super) store: StoreOptions,
    /// For those who share the crawl.
    #[cfg(feature = "postgres")]
    pub(super) politeness: Politeness,
    /// What makes this crawl this one: a state of another crawl is not gone on with.
    pub(super) identity: String,
}

impl CrawlOptions {
    /// Whether there is something to go on with after an interruption.
    pub(super) fn is_kept(&self) -> bool {
        #[cfg(feature = "postgres")]
        if self.frontier.is_some() {
            return true;
        }
        self.state.is_some()
    }

    pub(super) fn config(&self, seeds: Vec<Url>, sitemaps: Vec<Url>) -> Result<Config> {
        let scope = ScopeOptions {
            region: match self.region.unwrap_or(RegionArgument::Host) {
                RegionArgument::Host => Region::Host,
                RegionArgument::Prefix => Region::Prefix,
                RegionArgument::Subdomains => Region::Subdomains,
                RegionArgument::Any => Region::Any,
            },
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            max_depth: self.max_depth,
        };
        let normalisation = Normalisation {
            query: match self.query {
                QueryArgument::Keep => Query::Keep,
                QueryArgument::Sort => Query::Sort,
                QueryArgument::Drop => Query::Drop,
            },
            ignored_parameters: self.ignore_parameter.clone(),
        };
        let defaults = Politeness::default();
        let politeness = Politeness {
            robots: !self.no_robots,
            per_host: self.per_host.unwrap_or(defaults.per_host),
            delay: self.delay,
            patience: self.patience,
            retries: self.retries,
            no_follow: self.nofollow,
            ..defaults
        };
        let limits =
            Limits { concurrency: self.concurrency, pages: self.max_pages, bytes: self.max_bytes, ..Limits::default() };
        let store = StoreOptions {
            host_share: (2 * politeness.per_host.min(self.concurrency)).max(16),
            by_level: self.max_depth.is_some(),
            ..StoreOptions::default()
        };
        let identity =
            format!("{:?} {:?} {scope:?} {normalisation:?} {:?}", words(&seeds), words(&sitemaps), self.field);
        let mut builder = Crawl::builder(seeds)
            .sitemaps(sitemaps)
            .robots_sitemaps(self.robots_sitemaps)
            .scope(scope)
            .normalisation(normalisation)
            .politeness(politeness.clone())
            .limits(limits)
            .fetch(self.fetch()?);
        if !self.field.is_empty() {
            builder = builder.fields(self.fields()?);
        }
        Ok(Config {
            builder,
            store,
            #[cfg(feature = "postgres")]
            politeness,
            identity,
        })
    }

    pub(super) fn fields(&self) -> Result<Fields> {
        Ok(Fields::parse(&self.field)?)
    }

    fn fetch(&self) -> Result<FetchOptions> {
        let defaults = FetchOptions::default();
        let read = |path| std::fs::read(path).with_context(|| format!("cannot read the certificates in {path:?}"));
        Ok(FetchOptions {
            user_agent: self.user_agent.clone().unwrap_or(defaults.user_agent),
            headers: self.header.clone(),
            login: self.login.clone(),
            cookies: self.cookies,
            proxy: self.proxy.clone().map_or(Proxy::Environment, Proxy::Url),
            certificates: self.ca.iter().map(read).collect::<Result<_>>()?,
            insecure: self.insecure,
            limits: FetchLimits {
                connect: self.connect_timeout,
                first_byte: self.first_byte_timeout,
                stall: self.stall_timeout,
                total: self.timeout,
                body: self.max_body,
            },
            ..FetchOptions::default()
        })
    }
}

fn words(urls: &[Url]) -> Vec<&str> {
    urls.iter().map(Url::as_str).collect()
}
