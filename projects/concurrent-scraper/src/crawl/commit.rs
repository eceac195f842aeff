//! Commits visits in groups: while one group is being committed, the next one gathers.

use super::emit::Emitter;
use super::{CrawlError, Progress};
use crate::frontier::{Frontier, Visit};
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Visits in one transaction at most, and visits that may wait for it.
const GROUP: usize = 64;
/// Links in one group, roughly: pages with many links are committed in smaller groups.
const GROUP_LINKS: usize = 50_000;

pub(super) struct Committer {
    visits: Option<mpsc::Sender<Visit>>,
    task: JoinHandle<Result<(), CrawlError>>,
    /// Told after every commit: there may be new URLs to lease.
    pub(super) committed: Arc<Notify>,
}

impl Committer {
    pub(super) fn start(
        frontier: Arc<dyn Frontier>,
        emitter: Emitter,
        progress: Arc<Progress>,
        stop: CancellationToken,
    ) -> Committer {
        let (visits, waiting) = mpsc::channel(GROUP);
        let committed = Arc::new(Notify::new());
        let notify = Arc::clone(&committed);
        let task = tokio::spawn(async move {
            let commit = Commit { frontier, progress, committed: notify, stop };
            commit.run(waiting, emitter).await
        });
        Committer { visits: Some(visits), task, committed }
    }

    /// Takes a visit, as soon as there is room. False when committing has failed; [`Committer::end`] says why.
    pub(super) async fn commit(&self, visit: Visit) -> bool {
        match &self.visits {
            Some(visits) => visits.send(visit).await.is_ok(),
            None => false,
        }
    }

    /// Waits until all that was taken is stored and handed to the consumer.
    pub(super) async fn end(mut self) -> Result<(), CrawlError> {
        self.visits = None;
        self.task.await.map_err(|error| CrawlError::Defect(error.to_string()))?
    }
}

struct Commit {
    frontier: Arc<dyn Frontier>,
    progress: Arc<Progress>,
    committed: Arc<Notify>,
    stop: CancellationToken,
}

impl Commit {
    async fn run(self, mut waiting: mpsc::Receiver<Visit>, emitter: Emitter) -> Result<(), CrawlError> {
        let result = self.commit_all(&mut waiting, &emitter).await;
        // The dispatcher must not wait for news that do not come.
        drop(waiting);
        self.committed.notify_one();
        let emitted = emitter.end().await;
        result?;
        if let Some(emitted) = emitted? {
            self.frontier.complete(Vec::new(), Some(emitted)).await?;
        }
        Ok(())
    }

    async fn commit_all(&self, waiting: &mut mpsc::Receiver<Visit>, emitter: &Emitter) -> Result<(), CrawlError> {
        let mut group = Vec::with_capacity(GROUP);
        while let Some(visit) = waiting.recv().await {
            let mut links = visit.found.len();
            group.push(visit);
            while group.len() < GROUP
                && links < GROUP_LINKS
                && let Ok(visit) = waiting.try_recv()
            {
                links += visit.found.len();
                group.push(visit);
            }
            let rows = self.frontier.complete(std::mem::take(&mut group), emitter.news()).await?;
            self.progress.committed(&rows);
            self.committed.notify_one();
            // A consumer that has ended says why when it is joined.
            if !emitter.emit(rows).await && !self.stop.is_cancelled() {
                break;
            }
        }
        Ok(())
    }
}
