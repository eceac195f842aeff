//! What a crawl starts with.

use super::{CrawlError, Shared};
use crate::frontier::{Found, Frontier, Place};
use crate::page::LinkKind;

/// Seeds in one transaction.
const GROUP: usize = 1024;

/// Adds the seeds and the sitemaps to the frontier, which knows those of an earlier run.
pub(super) async fn add(frontier: &dyn Frontier, shared: &Shared) -> Result<(), CrawlError> {
    let seeds = shared.seeds.iter().map(|url| (url, LinkKind::Anchor, Place::default()));
    let sitemaps =
        shared.sitemaps.iter().map(|url| (url, LinkKind::Sitemap, Place { sitemap: true, ..Place::default() }));
    let found: Vec<Found> = seeds
        .chain(sitemaps)
        .map(|(url, kind, place)| Found { url: url.as_str().to_owned(), kind, visit: Some(place) })
        .collect();
    if found.is_empty() {
        return Err(CrawlError::Seeds("there is no URL to start with".to_owned()));
    }
    for group in found.chunks(GROUP) {
        frontier.add(group.to_vec()).await?;
    }
    Ok(())
}
