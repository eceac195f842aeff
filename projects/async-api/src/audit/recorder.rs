//! Brings the pages of a crawl to the service's store, each under its row's number.

use super::Hold;
use super::verdict::AttemptError;
use crate::metrics::Metrics;
use crate::model::{Counts, Image, PageRecord};
use crate::store::{Fenced, Lease, Store, StoreError};
use concurrent_scraper::crawl::{BoxError, Consumer, Progress};
use concurrent_scraper::frontier::Emitted;
use concurrent_scraper::page::{LinkKind, Page, ProblemKind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Pages that are recorded together, and that may wait for it.
pub(super) const BATCH: usize = 100;
/// How long the first page of a batch waits for the others.
const GATHER: Duration = Duration::from_millis(500);
/// How often to try again where the store does not answer.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// Images of a page that are kept.
const IMAGES: usize = 20;
/// Characters of a text that a stranger wrote.
const TEXT: usize = 1_000;

/// The crawl's end of the channel. Rows of a crawl are numbered without gaps, so that counting says which one comes.
pub(super) struct Pages {
    /// The last row that is recorded, and then the last that was handed over.
    pub(super) number: u64,
    pub(super) pages: mpsc::Sender<PageRecord>,
}

impl Consumer for Pages {
    /// The service's store alone says what it has got: the crawl's own account may be ahead of it, or behind.
    fn resume(&mut self, _: Option<&Emitted>) -> Result<i64, BoxError> {
        Ok(i64::try_from(self.number)?)
    }

    fn page(&mut self, page: &Page) -> Result<(), BoxError> {
        self.number += 1;
        Ok(self.pages.blocking_send(record_of(self.number, page))?)
    }

    fn wants_links(&self) -> bool {
        true
    }
}

/// The store's end.
pub(super) struct Recorder<'a> {
    pub(super) store: &'a Store,
    pub(super) metrics: &'a Metrics,
    pub(super) lease: Lease,
    pub(super) hold: &'a Hold,
    /// The attempt is to end: a store that does not answer is not waited for.
    pub(super) stop: CancellationToken,
    /// What has been recorded.
    pub(super) counts: Counts,
}

impl Recorder<'_> {
    /// Records until the crawl has no more pages, in batches.
    pub(super) async fn run(
        &mut self,
        mut pages: mpsc::Receiver<PageRecord>,
        progress: Arc<Progress>,
    ) -> Result<(), AttemptError> {
        while let Some(first) = pages.recv().await {
            let mut batch = vec![first];
            let gather = async {
                while batch.len() < BATCH
                    && let Some(page) = pages.recv().await
                {
                    batch.push(page);
                }
            };
            // Late is late: what has come until then is recorded.
            let _ = timeout(GATHER, gather).await;
            self.counts.pending = progress.snapshot().queued;
            self.record(batch).await?;
        }
        Ok(())
    }

    /// Records some pages, the next ones after those that are recorded.
    pub(super) async fn record(&mut self, pages: Vec<PageRecord>) -> Result<(), AttemptError> {
        let many = pages.len() as u64;
        let mut counts = self.counts;
        pages.iter().for_each(|page| add(&mut counts, page));
        loop {
            let answer = tokio::select! {
                biased;
                () = self.hold.lost() => return Err(AttemptError::Lost),
                answer = self.store.record(self.lease, pages.clone(), counts) => answer,
            };
            match answer {
                Ok(fenced) => {
                    self.hold.told(fenced);
                    if fenced == Fenced::Lost {
                        return Err(AttemptError::Lost);
                    }
                    self.counts = counts;
                    self.metrics.pages(many);
                    return Ok(());
                }
                // It may even have been recorded: then the same pages are written over.
                Err(error @ (StoreError::Unavailable(_) | StoreError::Unwritable(_))) if !self.stop.is_cancelled() => {
                    tracing::warn!(%error, "pages wait to be recorded");
                    tokio::select! {
                        () = sleep(TRY_AGAIN) => {}
                        () = self.stop.cancelled() => {}
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Counts a page in.
pub(super) fn add(counts: &mut Counts, page: &PageRecord) {
    counts.pages += 1;
    counts.bytes += page.bytes;
    counts.broken += u64::from(page.broken);
}

/// A page of the crawl as the service keeps it.
pub(super) fn record_of(number: u64, page: &Page) -> PageRecord {
    let images = page.links.iter().flatten().filter(|link| link.kind == LinkKind::Image);
    PageRecord {
        number,
        url: page.url.clone(),
        depth: page.depth,
        status: page.status,
        problem: page.problem.as_ref().map(|problem| harmless(&problem.to_string())),
        redirect: page.redirect.clone(),
        title: page.title.as_deref().map(harmless),
        content_type: page.content_type.as_deref().map(harmless),
        bytes: page.bytes,
        first_byte_ms: page.first_byte_ms,
        total_ms: page.total_ms,
        broken: is_broken(page),
        images: images.take(IMAGES).map(|link| Image(link.url.clone())).collect(),
    }
}

/// Whether a link to this page is a broken link. Unlike the crawler, which did not want to ask, a reader who asked for
/// this site wants to know that it cannot be had: robots.txt alone may forbid a page without breaking it.
fn is_broken(page: &Page) -> bool {
    match &page.problem {
        Some(problem) => problem.kind != ProblemKind::Robots,
        None => page.is_broken(),
    }
}

/// A text of bounded length without control characters: PostgreSQL keeps no NUL, and a terminal obeys others.
fn harmless(text: &str) -> String {
    text.chars().take(TEXT).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
