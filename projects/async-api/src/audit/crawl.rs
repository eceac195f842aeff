//! How an audit crawls.

use super::USER_AGENT;
use super::addresses;
use super::verdict::AttemptError;
use crate::config::AuditLimits;
use crate::model::Audit;
use concurrent_scraper::address::{Region, ScopeOptions};
use concurrent_scraper::crawl::{Crawl, CrawlBuilder, Limits};
use concurrent_scraper::extract;
use concurrent_scraper::fetch::{FetchLimits, FetchOptions};
use concurrent_scraper::frontier::Frontier;
use concurrent_scraper::politeness::Politeness;
use concurrent_scraper::store::{Store as State, StoreOptions};
use std::time::Duration;
use url::Url;

/// Links of one page that are kept, and their bytes. A page may be made to fill our disk with them.
const LINKS: usize = 10_000;
const LINK_BYTES: usize = 1 << 20;

/// Other hosts that the start may redirect to, one behind the other.
const HOSTS: usize = 3;

/// Where an audit starts: at its URL and, if that redirects to other hosts, as `http://example.com/` does to
/// `https://www.example.com/`, at each of those, too. All of them are in scope. What the crawl does not know yet it
/// finds out: as long as there are more seeds than before, it is to be run again.
pub(super) async fn seeds(audit: &Audit, state: &State) -> Result<Vec<Url>, AttemptError> {
    let mut seeds = vec![Url::parse(&audit.url)?];
    // Redirects have no other links, so that their rows are the first.
    let rows = state.rows(0, HOSTS * 10, false).await?;
    let mut at = rows.first().map(|row| row.page.url.clone());
    for page in rows.into_iter().map(|row| row.page) {
        if at.as_ref() != Some(&page.url) {
            break;
        }
        if let Some(target) = page.redirect.as_deref().and_then(|target| Url::parse(target).ok())
            && seeds.iter().all(|seed| !is_one_host(seed, &target))
            && seeds.len() <= HOSTS
        {
            seeds.push(target);
        }
        at = page.redirect;
    }
    Ok(seeds)
}

/// As the scope sees it: `http` and `https` are one, other ports are others.
fn is_one_host(one: &Url, other: &Url) -> bool {
    (one.host(), one.port()) == (other.host(), other.port())
}

/// The crawl of an audit.
pub(super) fn builder(audit: &Audit, seeds: Vec<Url>, limits: &AuditLimits) -> CrawlBuilder {
    let options = &audit.options;
    let concurrency = usize::try_from(options.concurrency).unwrap_or(usize::MAX);
    Crawl::builder(seeds)
        .scope(ScopeOptions { region: Region::Host, max_depth: options.max_depth, ..ScopeOptions::default() })
        .limits(Limits {
            concurrency,
            pages: Some(options.max_pages.into()),
            bytes: Some(limits.max_bytes),
            ..Limits::default()
        })
        .politeness(Politeness {
            per_host: concurrency,
            delay: Duration::from_millis(options.delay_ms.into()),
            retries: 2,
            ..Politeness::default()
        })
        .extraction(extract::Limits { links: LINKS, link_bytes: LINK_BYTES, ..extract::Limits::default() })
        .fetch(FetchOptions {
            user_agent: USER_AGENT.to_owned(),
            limits: FetchLimits { total: Duration::from_secs(60), body: limits.page_bytes, ..FetchLimits::default() },
            // A redirect's target is a URL of the frontier, so that this holds at every hop.
            addresses: addresses::filter(&limits.allow),
            ..FetchOptions::default()
        })
}

/// How its state is kept: level by level, so that the depth of a page does not depend on which answer came first.
pub(super) fn state_options() -> StoreOptions {
    StoreOptions { by_level: true, ..StoreOptions::default() }
}
