//! Where an attempt goes on: behind what is recorded, if this machine has the crawl that it came from.

use super::attempt::Attempt;
use super::verdict::AttemptError;
use super::{recorder, state};
use crate::model::{Counts, PageRecord};
use crate::store::{Job, PageFilter};
use concurrent_scraper::frontier::{Frontier, FrontierError, Row};
use concurrent_scraper::store::Store as State;
use std::path::Path;
use std::sync::Arc;

/// Rows that are compared at a time.
const COMPARED: u32 = 500;

impl Attempt<'_> {
    /// Opens the state file if what is recorded is its beginning; else makes a new one and forgets what is recorded.
    pub(super) async fn begin(&self, path: &Path) -> Result<(Arc<State>, Counts), AttemptError> {
        match state::open(path).await {
            Ok(state) => match self.compare(&state).await {
                Ok(Some(counts)) => return Ok((state, counts)),
                Ok(None) => state::close(state).await,
                Err(error) if error.is_damage() => state::close(state).await,
                Err(error) => return Err(error),
            },
            Err(error @ (FrontierError::InUse(_) | FrontierError::Full(_))) => return Err(error.into()),
            Err(error) => tracing::warn!(%error, "the crawl begins anew"),
        }
        state::remove(path).map_err(|error| FrontierError::Failed(format!("{}: {error}", path.display())))?;
        if self.job.recorded > 0 {
            let fenced = self.store.begin_anew(self.job.lease).await?;
            self.hold.told(fenced);
        }
        if self.hold.is_lost() { Err(AttemptError::Lost) } else { Ok((state::open(path).await?, Counts::default())) }
    }

    /// Counts the pages that are recorded, if each is the row of its number. On another machine, or behind a power cut,
    /// the rows may be others.
    async fn compare(&self, state: &State) -> Result<Option<Counts>, AttemptError> {
        let Job { audit, recorded, .. } = self.job;
        let mut counts = Counts::default();
        while counts.pages < *recorded {
            let after = counts.pages;
            let filter = PageFilter { after, ..PageFilter::default() };
            let pages = self.store.pages(&audit.owner, audit.id, filter, COMPARED).await?.ok_or(AttemptError::Lost)?;
            let rows = state.rows(i64::try_from(after).unwrap_or(i64::MAX), pages.len(), false).await?;
            if pages.is_empty() || rows.len() < pages.len() || !pages.iter().zip(&rows).all(is_same) {
                return Ok(None);
            }
            pages.iter().for_each(|page| recorder::add(&mut counts, page));
        }
        Ok(Some(counts))
    }
}

/// Whether a page and a row are the same visit.
fn is_same((page, row): (&PageRecord, &Row)) -> bool {
    let seen = &row.page;
    i64::try_from(page.number) == Ok(row.seq)
        && page.url == seen.url
        && (page.status, page.bytes) == (seen.status, seen.bytes)
        && (page.first_byte_ms, page.total_ms) == (seen.first_byte_ms, seen.total_ms)
}
