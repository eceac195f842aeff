//! One attempt, from the lease to its outcome.

use super::recorder::{BATCH, Pages, Recorder, record_of};
use super::verdict::{AttemptError, Verdict};
use super::{Hold, crawl, findings, state};
use crate::config::Settings;
use crate::metrics::Metrics;
use crate::model::Counts;
use crate::store::{Job, Store};
use concurrent_scraper::crawl::Shutdown;
use concurrent_scraper::frontier::{self, Frontier};
use concurrent_scraper::store::Store as State;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep_until};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How often the time that an audit has taken is put down. What a killed process took since then is a gift.
const CLOCK: Duration = Duration::from_secs(5);
/// The state file's word for that time, in milliseconds.
const SPENT: &str = "spent_ms";

/// An attempt at an audit.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// What is to be done.
    pub job: &'a Job,
    /// Where it is recorded.
    pub store: &'a Store,
    /// How far it may go.
    pub settings: &'a Settings,
    /// Counters.
    pub metrics: &'a Metrics,
    /// Whether to go on.
    pub hold: &'a Hold,
    /// Cancelled when this process ends.
    pub stopping: CancellationToken,
}

/// What ends a crawl before its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interruption {
    Lost,
    Cancelled,
    Stopping,
    Late,
}

impl Attempt<'_> {
    /// Crawls on where the last attempt stood, records what is new, and says what was found.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(&self) -> Result<Verdict, AttemptError> {
        let path = state::path(&self.settings.data, self.job.audit.id);
        let (state, counts) = self.begin(&path).await?;
        let stop = CancellationToken::new();
        // However this ends, by a panic even, the crawl ends with it.
        let _guard = stop.clone().drop_guard();
        let mut recorder = Recorder {
            store: self.store,
            metrics: self.metrics,
            lease: self.job.lease,
            hold: self.hold,
            stop: stop.clone(),
            counts,
        };
        let left = match self.crawl(&state, &mut recorder, &stop).await {
            Ok(Some(Interruption::Stopping)) => Ok(None),
            Ok(why) => record_left(&state, &mut recorder).await.map(|counts| Some((why.is_some(), counts))),
            Err(error) => Err(error),
        };
        state::close(state).await;
        let Some((cancelled, now)) = left? else { return Ok(Verdict::Released) };
        let slow_ms = self.job.audit.options.slow_ms;
        let read = tokio::task::spawn_blocking(move || findings::read(&path, slow_ms)).await;
        let (counts, findings) = read.map_err(|error| AttemptError::Defect(error.to_string()))??;
        let counts = Counts { pending: now.pending + now.leased, ..counts };
        Ok(Verdict::Ended { cancelled, counts, findings })
    }

    /// Crawls and records, until the end or until something speaks against going on.
    async fn crawl(
        &self,
        state: &Arc<State>,
        recorder: &mut Recorder<'_>,
        stop: &CancellationToken,
    ) -> Result<Option<Interruption>, AttemptError> {
        let mut seeds = crawl::seeds(&self.job.audit, state).await?;
        loop {
            let interrupted = self.crawl_from(seeds.clone(), state, recorder, stop).await?;
            let more = crawl::seeds(&self.job.audit, state).await?;
            if interrupted.is_some() || more == seeds {
                return Ok(interrupted);
            }
            seeds = more;
        }
    }

    async fn crawl_from(
        &self,
        seeds: Vec<Url>,
        state: &Arc<State>,
        recorder: &mut Recorder<'_>,
        stop: &CancellationToken,
    ) -> Result<Option<Interruption>, AttemptError> {
        let crawl = crawl::builder(&self.job.audit, seeds, &self.settings.audits).build(state.clone())?;
        let progress = crawl.progress();
        let (sender, pages) = mpsc::channel(BATCH);
        let consumer = Pages { number: recorder.counts.pages, pages: sender };
        let shutdown = Shutdown { stop: stop.clone(), ..Shutdown::default() };
        let recording = async {
            let recorded = recorder.run(pages, progress).await;
            if recorded.is_err() {
                stop.cancel();
            }
            recorded
        };
        let both = async { tokio::join!(crawl.run(consumer, shutdown), recording) };
        tokio::pin!(both);
        let (why, (ended, recorded)) = tokio::select! {
            done = &mut both => (None, done),
            why = self.interruption(state) => {
                stop.cancel();
                (Some(why), both.await)
            }
        };
        match why {
            _ if self.hold.is_lost() => Err(AttemptError::Lost),
            Some(Interruption::Late) => Err(AttemptError::Time(self.settings.audits.time)),
            Some(why) => Ok(Some(why)),
            None => {
                // A recorder that gives up is a consumer that fails, and knows the reason.
                recorded?;
                ended?;
                Ok(None)
            }
        }
    }

    /// Waits for something that speaks against going on, and puts down the time meanwhile.
    async fn interruption(&self, state: &State) -> Interruption {
        let spent = state.word(SPENT).await.ok().flatten().and_then(|spent| spent.parse().ok());
        let spent = spent.map_or(Duration::ZERO, Duration::from_millis);
        let began = Instant::now();
        let late = began + self.settings.audits.time.saturating_sub(spent);
        let mut clock = interval(CLOCK);
        loop {
            let why = tokio::select! {
                biased;
                () = self.hold.lost() => Some(Interruption::Lost),
                () = self.stopping.cancelled() => Some(Interruption::Stopping),
                () = self.hold.cancelling() => Some(Interruption::Cancelled),
                () = sleep_until(late) => Some(Interruption::Late),
                _ = clock.tick() => None,
            };
            // A state that fails ends the crawl by itself.
            let _ = state.set_word(SPENT, &(spent + began.elapsed()).as_millis().to_string()).await;
            if let Some(why) = why {
                return why;
            }
        }
    }
}

/// Records what a crawl that was stopped has stored and not handed over. Returns how the crawl stands.
async fn record_left(state: &State, recorder: &mut Recorder<'_>) -> Result<frontier::Counts, AttemptError> {
    loop {
        let after = recorder.counts.pages;
        let rows = state.rows(i64::try_from(after).unwrap_or(i64::MAX), BATCH, true).await?;
        if rows.is_empty() {
            return Ok(state.counts().await?);
        }
        let pages = (after + 1..).zip(&rows).map(|(number, row)| record_of(number, &row.page));
        recorder.record(pages.collect()).await?;
    }
}
