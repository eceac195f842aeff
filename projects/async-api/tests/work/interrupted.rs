//! Audits that are cancelled, deleted, or in the middle when the process ends.

use crate::support::{Office, asked, finish, lasting, options, run, without_address};
use async_api::audit::{AttemptError, Hold, Verdict, state};
use async_api::model::{AuditOptions, AuditState, EventKind, FindingKind, Owner};
use async_api::store::{Cancelled, Fenced, Outcome};
use common::site::{Content, Graph, Reply, RunningSite, Site};
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

const PAGES: usize = 60;

/// Some of everything, slow enough to be interrupted.
fn site() -> RunningSite {
    Site::graph(Graph { pages: PAGES, links_per_page: 4, page_bytes: 300..=2_000, seed: 8 })
        .latency(Duration::from_millis(10))
        .on("/page/9.html", Reply::status(404))
        .on("/page/3.html", Content::html("<title>Page 4</title>"))
        .redirect_chain("/page/7.html", 3, "/page/8.html")
        .start()
        .unwrap()
}

/// The pages and findings of an audit that nobody disturbs.
fn undisturbed() -> (Vec<String>, String) {
    let site = site();
    let start = site.url("/");
    let (pages, findings) = run(async move {
        let office = Office::new().await;
        let (_, id) = office.whole(office.settings(), &start, options()).await;
        (office.pages(id).await, office.findings(id).await)
    });
    (lasting(pages, &site), without_address(&findings, &site))
}

fn wait_for(site: &RunningSite, requests: usize) {
    assert!(site.wait_until(Duration::from_secs(60), |log| log.len() >= requests));
}

#[test]
fn shut_down_three_times_it_is_as_if_nothing_had_happened() {
    let whole = undisturbed();
    let site = site();
    let start = site.url("/");
    let (pages, findings, site) = run(async move {
        let office = Office::new().await;
        let id = office.create(&start, options()).await;
        for _ in 0..3 {
            let before = asked(&site).len();
            let workers = office.start(office.settings());
            tokio::task::block_in_place(|| wait_for(&site, before + 12));
            finish(workers).await;
            let audit = office.audit(id).await;
            assert_eq!((audit.state, audit.error), (AuditState::Queued, None));
            assert!(office.crawls().contains(&format!("{id}.state")));
        }
        let reader = concurrent_scraper::store::Reader::open(&state::path(office.folder.path(), id)).unwrap();
        let committed: BTreeSet<String> = reader.rows(false).map(|row| row.unwrap().page.url).collect();
        assert!((20..PAGES).contains(&committed.len()), "{}", committed.len());
        drop(reader);
        let before = asked(&site).len();
        let workers = office.start(office.settings());
        office.until_over(id).await;
        finish(workers).await;
        let again: Vec<_> = asked(&site)
            .into_iter()
            .skip(before)
            .map(|target| site.url(&target))
            .filter(|url| committed.contains(url))
            .collect();
        assert!(again.is_empty(), "committed, and asked for again: {again:?}");
        let events = office.store.events(&Owner::local(), id, 0, 1_000).await.unwrap().unwrap();
        let counted: Vec<u64> = events
            .iter()
            .filter_map(|event| match &event.what {
                EventKind::Progress { counts } => Some(counts.pages),
                EventKind::State { .. } => None,
            })
            .collect();
        assert!(counted.is_sorted_by(|one, next| one < next), "each page is recorded once: {counted:?}");
        assert_eq!(counted.last(), Some(&office.audit(id).await.counts.pages));
        (office.pages(id).await, office.findings(id).await, site)
    });
    assert_eq!(lasting(pages, &site), whole.0);
    assert_eq!(without_address(&findings, &site), whole.1);
}

#[test]
fn cancelled_while_it_runs_it_keeps_what_it_has() {
    let site = site();
    let start = site.url("/");
    let (audit, pages, findings, left, site) = run(async move {
        let office = Office::new().await;
        let mut settings = office.settings();
        settings.jobs.lease = Duration::from_secs(3); // a heartbeat a second
        let id = office.create(&start, AuditOptions { delay_ms: 50, ..options() }).await;
        let workers = office.start(settings);
        tokio::task::block_in_place(|| wait_for(&site, 12));
        assert!(matches!(office.store.cancel_audit(&Owner::local(), id).await, Ok(Cancelled::Yes(_))));
        let audit = office.until_over(id).await;
        finish(workers).await;
        (audit, office.pages(id).await, office.findings(id).await, office.crawls(), site)
    });
    assert_eq!((audit.state, audit.cancelling, audit.error), (AuditState::Cancelled, false, None));
    assert!((10..PAGES).contains(&pages.len()), "{}", pages.len());
    assert_eq!(audit.counts.pages, pages.len() as u64, "every page that was visited is recorded");
    assert!(audit.counts.pending > 0);
    assert!(findings.iter().any(|finding| finding.kind == FindingKind::DuplicateTitle), "{findings:?}");
    assert_eq!(left, Vec::<String>::new());
    assert!(asked(&site).len() < PAGES);
}

#[test]
fn cancelled_between_two_attempts_it_ends_with_what_there_is() {
    let site = site();
    let start = site.url("/");
    run(async move {
        let office = Office::new().await;
        let id = office.create(&start, options()).await;
        // A worker that has vanished, while somebody cancelled.
        let _ = office.lease("gone").await;
        office.store.cancel_audit(&Owner::local(), id).await.unwrap();
        office.store.advance(crate::support::LEASE * 2);
        let workers = office.start(office.settings());
        let audit = office.until_over(id).await;
        finish(workers).await;
        assert_eq!((audit.state, audit.attempt), (AuditState::Cancelled, 2));
        assert!(audit.counts.pages < 5, "{:?}", audit.counts);
    });
}

#[test]
fn what_was_visited_and_not_recorded_is_recorded_at_the_end() {
    let site = site();
    let start = site.url("/");
    run(async move {
        let office = Office::new().await;
        let (settings, hold) = (office.settings(), Hold::default());
        fs::create_dir_all(state::folder(office.folder.path())).unwrap();
        let id = office.create(&start, AuditOptions { max_pages: 20, ..options() }).await;
        let mut job = office.lease("one").await;
        office.attempt(&job, &settings, &hold).await.unwrap();
        let whole = office.pages(id).await;
        // As if the process had died before it recorded anything, and somebody cancelled then.
        office.store.begin_anew(job.lease).await.unwrap();
        hold.told(Fenced::Cancelling);
        job.audit.options = options();
        let ended = office.attempt(&job, &settings, &hold).await;
        let Ok(Verdict::Ended { cancelled: true, counts, .. }) = ended else { panic!("{ended:?}") };
        assert_eq!((whole.len(), counts.pages), (20, 20));
        assert_eq!(office.pages(id).await, whole);
    });
}

/// Neither a page nor a heartbeat comes by for minutes.
#[test]
fn a_wish_is_heard_at_once() {
    let site = site();
    let start = site.url("/");
    run(async move {
        let office = Office::new().await;
        let workers = office.start(office.settings());
        for deleted in [false, true] {
            let before = asked(&site).len();
            let id = office.create(&start, AuditOptions { delay_ms: 60_000, ..options() }).await;
            tokio::task::block_in_place(|| wait_for(&site, before + 1));
            if deleted {
                office.store.delete_audit(&Owner::local(), id).await.unwrap();
            } else {
                office.store.cancel_audit(&Owner::local(), id).await.unwrap();
                assert_eq!(office.until_over(id).await.state, AuditState::Cancelled);
            }
            while !office.crawls().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        finish(workers).await;
    });
}

#[test]
fn deleted_while_it_runs_it_stops_and_leaves_nothing() {
    let site = site();
    let start = site.url("/");
    run(async move {
        let office = Office::new().await;
        let id = office.create(&start, AuditOptions { delay_ms: 50, ..options() }).await;
        let workers = office.start(office.settings());
        tokio::task::block_in_place(|| wait_for(&site, 12));
        assert!(office.store.delete_audit(&Owner::local(), id).await.unwrap());
        // The next batch tells it.
        while !office.crawls().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(asked(&site).len() < PAGES);
        assert_eq!(office.store.audit(&Owner::local(), id).await, Ok(None));
        // And the worker is there for the next one.
        let next = office.create(&site.url("/page/9.html"), options()).await;
        assert_eq!(office.until_over(next).await.state, AuditState::Done);
        finish(workers).await;
    });
}

#[test]
fn a_state_that_is_gone_damaged_or_anothers_means_to_begin_anew() {
    let whole = undisturbed();
    for what in ["gone", "damaged", "another's", "shorter"] {
        let site = site();
        let start = site.url("/");
        let (pages, findings, site) = run(async move {
            let office = Office::new().await;
            let (settings, hold) = (office.settings(), Hold::default());
            fs::create_dir_all(state::folder(office.folder.path())).unwrap();
            let id = office.create(&start, AuditOptions { max_pages: 20, ..options() }).await;
            let path = state::path(office.folder.path(), id);
            if what == "shorter" {
                // Ten pages more are recorded than the file that comes back has: a power cut.
                let job = office.lease("first").await;
                let mut fewer = job.clone();
                fewer.audit.options.max_pages = 10;
                assert!(matches!(office.attempt(&fewer, &settings, &hold).await, Ok(Verdict::Ended { .. })));
                fs::copy(&path, path.with_extension("old")).unwrap();
                let rest = async_api::store::Job { recorded: 10, ..job };
                assert!(matches!(office.attempt(&rest, &settings, &hold).await, Ok(Verdict::Ended { .. })));
                fs::rename(path.with_extension("old"), &path).unwrap();
                office.store.end(rest.lease, Outcome::Released).await.unwrap();
            } else {
                let job = office.lease("first").await;
                assert!(matches!(office.attempt(&job, &settings, &hold).await, Ok(Verdict::Ended { .. })));
                office.store.end(job.lease, Outcome::Released).await.unwrap();
            }
            match what {
                "gone" => state::remove(&path).unwrap(),
                "damaged" => fs::write(&path, vec![7; 10_000]).unwrap(),
                "another's" => {
                    // As it may be where another machine began anew meanwhile: the same pages, in another order.
                    state::remove(&path).unwrap();
                    let other = office.create(&site.url("/page/5.html"), options()).await;
                    let job = office.lease("other").await;
                    let job = if job.audit.id == other { job } else { office.lease("other").await };
                    office.attempt(&job, &settings, &hold).await.unwrap();
                    fs::rename(state::path(office.folder.path(), other), &path).unwrap();
                    office.store.delete_audit(&Owner::local(), other).await.unwrap();
                    office.store.advance(crate::support::LEASE * 2);
                }
                _ => {}
            }
            let mut job = office.lease("second").await;
            assert_eq!((job.audit.id, job.recorded), (id, 20));
            job.audit.options = options();
            let Ok(Verdict::Ended { cancelled: false, counts, findings }) =
                office.attempt(&job, &settings, &hold).await
            else {
                panic!("{what}");
            };
            assert_eq!(
                office.store.end(job.lease, Outcome::Ended { cancelled: false, counts, findings }).await,
                Ok(Fenced::Held)
            );
            (office.pages(id).await, office.findings(id).await, site)
        });
        assert_eq!(lasting(pages, &site), whole.0, "{what}");
        assert_eq!(without_address(&findings, &site), whole.1, "{what}");
    }
}

#[test]
fn a_state_in_use_is_waited_for_and_what_is_old_is_swept() {
    run(async {
        let office = Office::new().await;
        let folder = state::folder(office.folder.path());
        fs::create_dir_all(&folder).unwrap();
        for name in ["a.state", "a.state-wal", "b.state", "notes.txt"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let old = std::time::SystemTime::now() - Duration::from_secs(25 * 3600);
        for name in ["a.state", "b.state", "notes.txt"] {
            fs::File::options().write(true).open(folder.join(name)).unwrap().set_modified(old).unwrap();
        }
        // The first has a log that was written a moment ago.
        finish(office.start(office.settings())).await;
        assert_eq!(office.crawls(), ["a.state", "a.state-wal", "notes.txt"]);
        let id = office.create("http://127.0.0.1:1/", options()).await;
        let path = state::path(office.folder.path(), id);
        let other = concurrent_scraper::store::Store::open(&path, Default::default()).unwrap();
        let (job, settings, hold) = (office.lease("a").await, office.settings(), Hold::default());
        let attempt = office.attempt(&job, &settings, &hold);
        tokio::pin!(attempt);
        // It is looked at, and not taken.
        assert!(tokio::time::timeout(Duration::from_millis(200), &mut attempt).await.is_err());
        drop(other);
        let ended = attempt.await;
        assert!(matches!(ended, Ok(Verdict::Ended { .. }) | Err(AttemptError::State(_))), "{ended:?}");
    });
}
