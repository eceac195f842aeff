//! Who may do a job, and what becomes of one that fails.

use crate::support::{LEASE, Office, asked, finish, lasting, options, run, settings, without_address};
use async_api::audit::{AttemptError, Hold, Verdict};
use async_api::jobs::Workers;
use async_api::model::{AuditOptions, AuditState, EventKind, Owner};
use async_api::store::{Fenced, NewSchedule, Outcome};
use common::Scratch;
use common::site::{Graph, RunningSite, Site};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

fn site(latency: Duration) -> RunningSite {
    Site::graph(Graph { pages: 30, links_per_page: 4, page_bytes: 300..=2_000, seed: 3 })
        .latency(latency)
        .start()
        .unwrap()
}

#[test]
fn two_workers_with_one_lease_and_one_of_them_writes() {
    let site = site(Duration::from_millis(40));
    let start = site.url("/");
    let (pages, findings, alone, site) = run(async move {
        let office = Office::new().await;
        let (alone, id) = office.whole(office.settings(), &start, options()).await;
        assert_eq!(alone.state, AuditState::Done);
        let alone = (office.pages(id).await, office.findings(id).await);
        let id = office.create(&start, options()).await;
        let elsewhere = Scratch::new().unwrap();
        fs::create_dir_all(elsewhere.path().join("crawls")).unwrap();
        let (here, there, hold) = (office.settings(), settings(elsewhere.path()), Hold::default());
        let first = office.lease("first").await;
        let slow = office.attempt(&first, &here, &hold);
        let quick = async {
            // The first one has recorded some pages, and then the lease is over without its noticing.
            office.until(id, |audit| audit.counts.pages > 0).await;
            office.store.advance(LEASE + Duration::from_secs(1));
            let second = office.lease("second").await;
            assert_eq!((second.lease.attempt, second.failures), (first.lease.attempt + 1, 1));
            assert!(second.recorded > 0);
            let hold = Hold::default();
            let ended = office.attempt(&second, &there, &hold).await;
            let Ok(Verdict::Ended { cancelled: false, counts, findings }) = ended else { panic!("{ended:?}") };
            let outcome = Outcome::Ended { cancelled: false, counts, findings };
            assert_eq!(office.store.end(second.lease, outcome).await, Ok(Fenced::Held));
        };
        let (slow, ()) = tokio::join!(slow, quick);
        assert!(matches!(slow, Err(AttemptError::Lost)), "{slow:?}");
        assert!(hold.is_lost());
        assert_eq!(office.audit(id).await.state, AuditState::Done);
        (office.pages(id).await, office.findings(id).await, alone, site)
    });
    assert_eq!(lasting(pages, &site), lasting(alone.0, &site));
    assert_eq!(without_address(&findings, &site), without_address(&alone.1, &site));
}

#[test]
fn many_workers_do_each_audit_once() {
    let site = site(Duration::ZERO);
    let start = site.url("/");
    let (states, requests) = run(async move {
        let office = Office::new().await;
        let mut settings = office.settings();
        settings.jobs.workers = 3;
        // Long enough that hints, not polls, are what they go by.
        settings.jobs.poll = Duration::from_secs(3600);
        let (one, two) = (office.start(settings.clone()), office.start(settings));
        let mut audits = Vec::new();
        for _ in 0..8 {
            audits.push(office.create(&start, AuditOptions { concurrency: 4, ..options() }).await);
        }
        let mut states = Vec::new();
        for id in audits {
            let audit = office.until_over(id).await;
            states.push((audit.state, audit.attempt, office.pages(id).await.len()));
        }
        tokio::join!(finish(one), finish(two));
        (states, asked(&site).len())
    });
    assert_eq!(states, vec![(AuditState::Done, 1, 30); 8]);
    assert_eq!(requests, 8 * 30);
}

/// The folder for crawls vanishes, so that every attempt fails.
#[test]
fn an_attempt_that_fails_is_tried_again_so_often_and_then_kept() {
    run(async {
        let office = Office::new().await;
        let settings = office.settings();
        assert_eq!(settings.jobs.attempts, 4);
        let workers = office.start(settings.clone());
        let folder = office.folder.path().join("crawls");
        fs::remove_dir_all(&folder).unwrap();
        let id = office.create("http://127.0.0.1:1/", options()).await;
        let audit = office.until_over(id).await;
        assert_eq!((audit.state, audit.attempt), (AuditState::Failed, 4));
        assert_eq!(audit.error.as_deref(), Some("the crawl's state could not be kept"), "no path of this machine");
        let events = office.store.events(&Owner::local(), id, 0, 100).await.unwrap().unwrap();
        let states = events.into_iter().filter_map(|event| match event.what {
            EventKind::State { state, attempt, error } => Some((state, attempt, error.is_some())),
            EventKind::Progress { .. } => None,
        });
        let failed = |attempt| [(AuditState::Running, attempt, false), (AuditState::Queued, attempt, true)];
        let mut expected = vec![(AuditState::Queued, 0, false)];
        expected.extend((1..=4).flat_map(failed));
        expected.pop();
        expected.push((AuditState::Failed, 4, true));
        assert_eq!(states.collect::<Vec<_>>(), expected);
        // By hand, once the folder is there again.
        fs::create_dir_all(&folder).unwrap();
        office.store.retry_audit(&Owner::local(), id).await.unwrap();
        let audit = office.until_over(id).await;
        assert_eq!((audit.state, audit.error), (AuditState::Done, None));
        finish(workers).await;
    });
}

#[test]
fn a_store_that_is_gone_stops_the_worker() {
    let site = site(Duration::from_millis(100));
    let start = site.url("/");
    run(async move {
        let office = Office::new().await;
        office.create(&start, options()).await;
        let workers = office.start(office.settings());
        assert!(tokio::task::block_in_place(|| site.wait_until(LEASE, |log| log.len() > 3)));
        office.store.close().await;
        // What it has cannot be recorded: it asks for no more of it.
        let mut before = 0;
        while asked(&site).len() > before {
            before = asked(&site).len();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert!(before < 30, "{before}");
        finish(workers).await;
    });
}

/// A disk that is full holds an audit up and breaks nothing; nor does it keep the process from ending.
#[test]
fn a_full_disk_is_waited_for_but_not_at_the_end() {
    let site = site(Duration::ZERO);
    let start = site.url("/");
    let (pages, alone, site) = run(async move {
        let office = Office::new().await;
        let (_, id) = office.whole(office.settings(), &start, options()).await;
        let alone = office.pages(id).await;
        let id = office.create(&start, options()).await;
        let mut settings = office.settings();
        settings.jobs.lease = Duration::from_secs(60);
        office.store.limit_pages(Some(1)).await.unwrap();
        let workers = office.start(settings.clone());
        let whole = 2 * alone.len();
        assert!(tokio::task::block_in_place(|| site.wait_until(LEASE, |log| log.len() >= whole)));
        let (began, wait) = (tokio::time::Instant::now(), Duration::from_millis(1_500));
        workers.finish(began + wait).await;
        assert!(began.elapsed() < wait + Duration::from_secs(30));
        assert_ne!(office.audit(id).await.state, AuditState::Done);
        // Once more with patience.
        office.store.advance(Duration::from_secs(120));
        let workers = office.start(settings);
        office.until(id, |audit| audit.attempt == 2 || audit.state.is_over()).await;
        office.store.limit_pages(None).await.unwrap();
        assert_eq!(office.until_over(id).await.state, AuditState::Done);
        finish(workers).await;
        // One may have been under way when it was to stop.
        assert!(asked(&site).len() <= whole + 1, "what was visited is not visited again");
        (office.pages(id).await, alone, site)
    });
    assert_eq!(lasting(pages, &site), lasting(alone, &site));
}

#[test]
fn scheduled_audits_are_created_and_done_and_old_ones_deleted() {
    let site = site(Duration::ZERO);
    let start = site.url("/");
    run(async move {
        let office = Office::new().await;
        let schedule = NewSchedule { owner: Owner::local(), url: start, options: options(), every_hours: 1 };
        let schedule = office.store.create_schedule(schedule).await.unwrap();
        let mut settings = office.settings();
        settings.retention = Some(Duration::from_secs(90 * 60));
        let workers = office.start(settings.clone());
        let listed = async |count: usize| loop {
            let audits = office.store.audits(&Owner::local(), Default::default(), 10).await.unwrap();
            if audits.len() == count && audits.iter().all(|audit| audit.state.is_over()) {
                return audits;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let first = listed(1).await.pop().unwrap();
        assert_eq!((first.schedule, first.state), (Some(schedule.id), AuditState::Done));
        office.store.advance(Duration::from_secs(3600));
        let second = listed(2).await.swap_remove(0);
        finish(workers).await;
        office.store.delete_schedule(&Owner::local(), schedule.id).await.unwrap();
        office.store.advance(Duration::from_secs(3600));
        let workers = office.start(settings);
        assert_eq!(listed(1).await[0].id, second.id, "the older of the two is gone");
        finish(workers).await;
    });
}

#[test]
fn without_workers_nothing_is_done_and_nothing_breaks() {
    run(async {
        let office = Office::new().await;
        let id = office.create("http://127.0.0.1:1/", options()).await;
        let mut settings = office.settings();
        settings.jobs.workers = 0;
        settings.data = office.folder.path().join("db/no-folder-can-be-here");
        let workers = office.start(settings.clone());
        finish(workers).await;
        assert_eq!(office.audit(id).await.state, AuditState::Queued);
        settings.jobs.workers = 1;
        let refused = Workers::start(office.store.clone(), Arc::new(settings), Arc::default()).unwrap_err();
        assert!(refused.to_string().contains("no-folder-can-be-here"), "{refused}");
    });
}
