//! What these tests share.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use async_api::audit::{Attempt, AttemptError, Hold, Verdict};
use async_api::config::{AuditLimits, Settings};
use async_api::jobs::Workers;
use async_api::metrics::Metrics;
use async_api::model::{Audit, AuditId, AuditOptions, Finding, Owner, PageRecord, Timestamp};
use async_api::store::{FindingFilter, Job, NewAudit, PageFilter, Store};
use common::Scratch;
use common::site::RunningSite;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Far more than anything takes; what is still running then hangs.
pub const LIMIT: Duration = Duration::from_secs(60);
/// A lease that does not run out in a test unless time is advanced.
pub const LEASE: Duration = Duration::from_secs(600);

/// Runs a future on a runtime of two threads; a hang is a failure.
pub fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let result = runtime.block_on(async { timeout(LIMIT, future).await });
    runtime.shutdown_background();
    result.expect("it ends in time")
}

/// The usual limits, and this machine is no secret.
pub fn loopback() -> AuditLimits {
    AuditLimits { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Settings::default().audits }
}

/// Settings for a folder: one worker, which may visit this machine, and looks for work all the time.
pub fn settings(folder: &Path) -> Settings {
    let mut settings = Settings { data: folder.to_owned(), audits: loopback(), ..Settings::default() };
    settings.jobs.workers = 1;
    settings.jobs.lease = LEASE;
    settings.jobs.poll = Duration::from_millis(20);
    settings.jobs.back_off = Duration::from_millis(10);
    settings
}

/// One request at a time, so that pages come in the same order always.
pub fn options() -> AuditOptions {
    AuditOptions { max_pages: 1_000, max_depth: None, concurrency: 1, delay_ms: 0, slow_ms: 30_000 }
}

/// A store in a folder of its own.
pub struct Office {
    pub store: Store,
    pub folder: Scratch,
}

impl Office {
    pub async fn new() -> Office {
        let folder = Scratch::new().unwrap();
        let store = open(folder.path()).await;
        Office { store, folder }
    }

    pub fn settings(&self) -> Settings {
        settings(self.folder.path())
    }

    pub fn start(&self, settings: Settings) -> Workers {
        start(&self.store, settings)
    }

    pub async fn create(&self, url: &str, options: AuditOptions) -> AuditId {
        create(&self.store, url, options).await
    }

    pub async fn audit(&self, id: AuditId) -> Audit {
        self.store.audit(&Owner::local(), id).await.unwrap().expect("the audit is there")
    }

    /// Waits until an audit is as wished.
    pub async fn until(&self, id: AuditId, wished: impl Fn(&Audit) -> bool) -> Audit {
        loop {
            let audit = self.audit(id).await;
            if wished(&audit) {
                return audit;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn until_over(&self, id: AuditId) -> Audit {
        self.until(id, |audit| audit.state.is_over()).await
    }

    pub async fn pages(&self, id: AuditId) -> Vec<PageRecord> {
        self.store.pages(&Owner::local(), id, PageFilter::default(), 10_000).await.unwrap().unwrap()
    }

    pub async fn findings(&self, id: AuditId) -> Vec<Finding> {
        self.store.findings(&Owner::local(), id, FindingFilter::default(), 10_000).await.unwrap().unwrap()
    }

    pub fn crawls(&self) -> Vec<String> {
        files(&async_api::audit::state::folder(self.folder.path()))
    }

    /// An audit from its creation to its end, by one worker.
    pub async fn whole(&self, settings: Settings, url: &str, options: AuditOptions) -> (Audit, AuditId) {
        let id = self.create(url, options).await;
        let workers = self.start(settings);
        let audit = self.until_over(id).await;
        finish(workers).await;
        (audit, id)
    }

    pub async fn lease(&self, worker: &str) -> Job {
        self.store.lease(worker, 1, LEASE, 100).await.unwrap().pop().expect("there is a job")
    }

    pub async fn attempt(&self, job: &Job, settings: &Settings, hold: &Hold) -> Result<Verdict, AttemptError> {
        let (store, metrics, stopping) = (&self.store, &Metrics::default(), CancellationToken::new());
        Attempt { job, store, settings, metrics, hold, stopping }.run().await
    }
}

pub async fn open(folder: &Path) -> Store {
    Store::embedded(&folder.join("db"), 2).await.unwrap()
}

pub fn start(store: &Store, settings: Settings) -> Workers {
    Workers::start(store.clone(), Arc::new(settings), Arc::default()).unwrap()
}

pub async fn finish(workers: Workers) {
    workers.finish(Instant::now() + LIMIT).await;
}

pub async fn create(store: &Store, url: &str, options: AuditOptions) -> AuditId {
    let (id, created_at) = (AuditId::new(), Timestamp(0));
    let new = NewAudit { id, owner: Owner::local(), url: url.to_owned(), options, created_at, schedule: None };
    store.create_audit(new, None, None).await.unwrap();
    id
}

pub fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The targets that a site was asked for, robots.txt aside, in the order of the requests.
pub fn asked(site: &RunningSite) -> Vec<String> {
    let targets = site.requests().into_iter().map(|request| request.target);
    targets.filter(|target| target != "/robots.txt").collect()
}

/// What must be the same whatever happened: everything but times and where the site listened.
pub fn lasting(pages: Vec<PageRecord>, site: &RunningSite) -> Vec<String> {
    let timeless = |page| PageRecord { first_byte_ms: 0, total_ms: 0, ..page };
    pages.into_iter().map(timeless).map(|page| without_address(&page, site)).collect()
}

pub fn without_address(value: &impl std::fmt::Debug, site: &RunningSite) -> String {
    format!("{value:?}").replace(&site.address().to_string(), "site")
}
