//! One worker: leases a job, does it, says what came of it, and looks for the next.

use super::back_off::{after, jitter};
use super::heartbeat::beat;
use super::notice::watch;
use crate::audit::{Attempt, AttemptError, Hold, Verdict, state};
use crate::config::Settings;
use crate::metrics::{self, Metrics};
use crate::store::{Change, Fenced, Job, Outcome, Store, StoreError};
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How often to tell the store of an end that it could not take.
const TELL_AGAIN: Duration = Duration::from_millis(500);

/// A worker. See the [module](self).
#[derive(Debug, Clone)]
pub(super) struct Worker {
    pub(super) name: String,
    pub(super) store: Store,
    pub(super) settings: Arc<Settings>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) stopping: CancellationToken,
}

impl Worker {
    /// Works until it is told to stop.
    pub(super) async fn run(self) {
        let mut changes = self.store.changes();
        let jobs = self.settings.jobs;
        while !self.stopping.is_cancelled() {
            let (asked, heard) = (Instant::now(), self.store.changes());
            // Never dropped half-way: a job leased and forgotten would wait until its lease runs out.
            match self.store.lease(&self.name, 1, jobs.lease, jobs.attempts).await {
                Ok(mut leased) => {
                    if let Some(job) = leased.pop() {
                        let span = tracing::info_span!("audit", id = %job.audit.id, attempt = job.lease.attempt);
                        let how = self.do_job(job, asked, heard).instrument(span).await;
                        self.metrics.attempt(how);
                        continue;
                    }
                }
                Err(error) => tracing::warn!(%error, "no work could be leased"),
            }
            tokio::select! {
                () = self.stopping.cancelled() => {}
                () = work(&mut changes) => {}
                () = sleep(jitter(jobs.poll)) => {}
            }
        }
    }

    /// Does a job, and keeps its lease until the store knows what came of it.
    async fn do_job(&self, job: Job, leased: Instant, changes: Receiver<Change>) -> metrics::Attempt {
        let (hold, time) = (Hold::default(), self.settings.jobs.lease);
        if job.audit.cancelling {
            hold.told(Fenced::Cancelling);
        }
        let heartbeat = beat(|| self.store.heartbeat(job.lease, time), time, leased, &hold);
        let notice = watch(&self.store, changes, &job.audit, &hold);
        let work = async {
            let how = match self.attempt(&job, &hold).await {
                Err(AttemptError::Lost) => metrics::Attempt::Lost,
                ended => self.end(&job, ended, &hold).await,
            };
            if how == metrics::Attempt::Lost {
                tracing::warn!("the job is another's now, or gone");
                self.forget(&job).await;
            }
            how
        };
        tokio::pin!(work);
        tokio::select! {
            how = &mut work => how,
            // What it does now is to stop.
            () = heartbeat => work.await,
            never = notice => match never {},
        }
    }

    /// An attempt that fails where it should have panicked.
    async fn attempt(&self, job: &Job, hold: &Hold) -> Result<Verdict, AttemptError> {
        let stopping = self.stopping.clone();
        if stopping.is_cancelled() {
            // Leased while the word to stop came.
            return Ok(Verdict::Released);
        }
        let (store, settings, metrics) = (&self.store, &*self.settings, &*self.metrics);
        caught(Attempt { job, store, settings, metrics, hold, stopping }.run()).await
    }

    /// Tells the store how an attempt ended, and deletes the state file if nobody will go on with it.
    async fn end(&self, job: &Job, ended: Result<Verdict, AttemptError>, hold: &Hold) -> metrics::Attempt {
        let useless = ended.as_ref().is_err_and(AttemptError::is_damage);
        let (outcome, how) = match ended {
            Ok(Verdict::Released) => (Outcome::Released, metrics::Attempt::Released),
            Ok(Verdict::Ended { cancelled, counts, findings }) => {
                tracing::info!(cancelled, pages = counts.pages, findings = findings.len(), "the audit is over");
                (Outcome::Ended { cancelled, counts, findings }, metrics::Attempt::Ended)
            }
            Err(error) => {
                tracing::warn!(%error, "the attempt failed");
                let failures = job.failures + 1;
                let again = error.may_pass() && failures < self.settings.jobs.attempts;
                let again_in = again.then(|| after(failures, self.settings.jobs.back_off));
                (Outcome::Failed { error: error.to_clients(), again_in }, metrics::Attempt::Failed)
            }
        };
        if !self.tell(job, &outcome, hold).await {
            return metrics::Attempt::Lost;
        }
        if useless || matches!(outcome, Outcome::Ended { .. } | Outcome::Failed { again_in: None, .. }) {
            self.remove_state(job);
        }
        how
    }

    /// Tells the store until it knows, or until that is another's to do. Says whether it took it.
    async fn tell(&self, job: &Job, outcome: &Outcome, hold: &Hold) -> bool {
        while !hold.is_lost() {
            match self.store.end(job.lease, outcome.clone()).await {
                Ok(fenced) => return fenced != Fenced::Lost,
                Err(error @ (StoreError::Unavailable(_) | StoreError::Unwritable(_))) => {
                    tracing::warn!(%error, "the end of an attempt waits to be told");
                    sleep(TELL_AGAIN).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the end of an attempt could not be told; its lease runs out");
                    return false;
                }
            }
        }
        false
    }

    /// Deletes the state file of an audit that is gone. Where it is not, another worker here may go on with the file.
    async fn forget(&self, job: &Job) {
        if let Ok(None) = self.store.audit(&job.audit.owner, job.audit.id).await {
            self.remove_state(job);
        }
    }

    fn remove_state(&self, job: &Job) {
        let path = state::path(&self.settings.data, job.audit.id);
        if let Err(error) = state::remove(&path) {
            tracing::warn!(path = %path.display(), %error, "the crawl's state cannot be deleted");
        }
    }
}

/// Waits for the hint that there is work. A hint that was missed may have been one.
async fn work(changes: &mut Receiver<Change>) {
    loop {
        match changes.recv().await {
            Ok(Change::Work) | Err(RecvError::Lagged(_)) => return,
            Ok(Change::Audit(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Makes an error of a panic: the next job is not to pay for it.
async fn caught<T>(work: impl Future<Output = Result<T, AttemptError>>) -> Result<T, AttemptError> {
    let panicked = |panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(AttemptError::Defect(text.unwrap_or("a panic").to_owned()))
    };
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(panicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_that_may_pass() {
        let failed = caught::<()>(async { panic!("out of {}", "luck") }).await.unwrap_err();
        assert_eq!(failed.to_string(), "a part of the service failed: out of luck");
        assert!(failed.may_pass());
        assert!(caught(async { Ok(()) }).await.is_ok());
    }
}
