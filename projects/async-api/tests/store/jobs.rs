//! The queue: who may write, and what becomes of a job whose worker is gone.

use crate::{create, on_both, owner};
use async_api::model::{AuditState, Counts, Detail, EventKind, Finding, FindingKind, PageRecord};
use async_api::store::{Cancelled, Change, Fenced, FindingFilter, Lease, Outcome, PageFilter, Retried, Store};
use std::collections::HashSet;
use std::time::Duration;

on_both! {
    a_job_is_leased_once,
    two_workers_with_one_expired_lease_and_one_write_wins,
    a_heartbeat_keeps_a_lease,
    a_job_that_always_fails_is_kept_and_retried_by_hand,
    a_worker_that_always_vanishes_is_not_sent_for_ever,
    what_is_given_up_does_not_count,
    a_running_audit_is_cancelled_by_its_heartbeat,
    a_running_audit_that_is_deleted_is_lost,
    anew_means_without_the_pages,
    an_end_is_all_or_nothing,
    work_and_events_are_told,
}

const MINUTE: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 3;

async fn lease(store: &Store, worker: &str) -> Option<Lease> {
    store.lease(worker, 1, MINUTE, ATTEMPTS).await.unwrap().pop().map(|job| job.lease)
}

fn page(number: u64) -> PageRecord {
    PageRecord { number, url: format!("https://example.com/{number}"), status: Some(200), ..PageRecord::default() }
}

fn broken(url: &str) -> Finding {
    let detail = Detail::Broken { status: Some(404), problem: None, linked_from: vec!["/".to_owned()], links: 1 };
    Finding { number: 0, kind: FindingKind::BrokenLink, url: url.to_owned(), detail }
}

fn ended(findings: Vec<Finding>) -> Outcome {
    Outcome::Ended { cancelled: false, counts: Counts { pages: 2, ..Counts::default() }, findings }
}

async fn a_job_is_leased_once(store: Store) {
    for _ in 0..30 {
        create(&store, "a").await;
    }
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let store = store.clone();
        workers.spawn(async move {
            let mut mine = Vec::new();
            while let Some(lease) = lease(&store, &worker.to_string()).await {
                mine.push(lease.audit);
            }
            mine
        });
    }
    let leased: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(leased.len(), 30);
    assert_eq!(leased.into_iter().collect::<HashSet<_>>().len(), 30);
}

async fn two_workers_with_one_expired_lease_and_one_write_wins(store: Store) {
    let id = create(&store, "a").await;
    let slow = lease(&store, "slow").await.unwrap();
    assert_eq!(store.record(slow, vec![page(1)], Counts::default()).await.unwrap(), Fenced::Held);
    assert_eq!(lease(&store, "quick").await, None);
    store.advance(2 * MINUTE);
    // Late, but nobody else has it: it is still his.
    assert_eq!(store.record(slow, vec![page(2)], Counts::default()).await.unwrap(), Fenced::Held);
    let jobs = store.lease("quick", 9, MINUTE, ATTEMPTS).await.unwrap();
    assert_eq!((jobs[0].recorded, jobs[0].failures), (2, 1));
    let quick = jobs[0].lease;
    assert!(quick.attempt > slow.attempt);
    for fenced in [
        store.record(slow, vec![page(3)], Counts::default()).await.unwrap(),
        store.heartbeat(slow, MINUTE).await.unwrap(),
        store.begin_anew(slow).await.unwrap(),
        store.end(slow, ended(vec![broken("late")])).await.unwrap(),
        store.end(slow, Outcome::Released).await.unwrap(),
        store.end(slow, Outcome::Failed { error: "late".to_owned(), again_in: None }).await.unwrap(),
    ] {
        assert_eq!(fenced, Fenced::Lost);
    }
    assert_eq!(store.end(quick, ended(vec![broken("/x")])).await.unwrap(), Fenced::Held);
    assert_eq!(store.end(quick, ended(vec![broken("twice")])).await.unwrap(), Fenced::Lost);
    let audit = store.audit(&owner("a"), id).await.unwrap().unwrap();
    assert_eq!((audit.state, audit.attempt, audit.error), (AuditState::Done, 2, None));
    assert_eq!(audit.findings.into_iter().collect::<Vec<_>>(), [("broken_link".to_owned(), 1)]);
    let findings = store.findings(&owner("a"), id, FindingFilter::default(), 9).await.unwrap().unwrap();
    assert_eq!(findings, [Finding { number: 1, ..broken("/x") }]);
    assert_eq!(store.pages(&owner("a"), id, PageFilter::default(), 9).await.unwrap().unwrap().len(), 2);
}

async fn a_heartbeat_keeps_a_lease(store: Store) {
    create(&store, "a").await;
    let mine = lease(&store, "one").await.unwrap();
    for _ in 0..5 {
        store.advance(MINUTE * 9 / 10);
        assert_eq!(store.heartbeat(mine, MINUTE).await.unwrap(), Fenced::Held);
        assert_eq!(lease(&store, "two").await, None);
    }
    store.advance(MINUTE);
    assert!(lease(&store, "two").await.is_some());
}

async fn a_job_that_always_fails_is_kept_and_retried_by_hand(store: Store) {
    let id = create(&store, "a").await;
    let first = lease(&store, "w").await.unwrap();
    let failed = |again_in| Outcome::Failed { error: "no disk".to_owned(), again_in };
    store.end(first, failed(Some(MINUTE))).await.unwrap();
    let audit = store.audit(&owner("a"), id).await.unwrap().unwrap();
    assert_eq!((audit.state, audit.error.as_deref()), (AuditState::Queued, Some("no disk")));
    assert_eq!(lease(&store, "w").await, None);
    store.advance(MINUTE);
    let second = lease(&store, "w").await.unwrap();
    store.end(second, failed(None)).await.unwrap();
    let audit = store.audit(&owner("a"), id).await.unwrap().unwrap();
    assert_eq!((audit.state, audit.ended_at.is_some()), (AuditState::Failed, true));
    store.advance(MINUTE * 1000);
    assert_eq!(lease(&store, "w").await, None);
    assert!(matches!(store.cancel_audit(&owner("a"), id).await.unwrap(), Cancelled::Over(_)));
    let Retried::Yes(audit) = store.retry_audit(&owner("a"), id).await.unwrap() else { panic!("it has failed") };
    assert_eq!((audit.state, audit.ended_at), (AuditState::Queued, None));
    let jobs = store.lease("w", 9, MINUTE, ATTEMPTS).await.unwrap();
    assert_eq!((jobs[0].lease.attempt, jobs[0].failures), (3, 0));
}

async fn a_worker_that_always_vanishes_is_not_sent_for_ever(store: Store) {
    let id = create(&store, "a").await;
    for attempt in 1..=ATTEMPTS {
        assert_eq!(lease(&store, "w").await.unwrap().attempt, attempt);
        store.advance(MINUTE);
    }
    assert_eq!(lease(&store, "w").await, None);
    let audit = store.audit(&owner("a"), id).await.unwrap().unwrap();
    assert_eq!(audit.state, AuditState::Failed);
    assert!(audit.error.unwrap().contains("vanished"));
}

async fn what_is_given_up_does_not_count(store: Store) {
    let id = create(&store, "a").await;
    for _ in 0..2 * ATTEMPTS {
        let mine = lease(&store, "w").await.unwrap();
        assert_eq!(store.end(mine, Outcome::Released).await.unwrap(), Fenced::Held);
        assert_eq!(store.heartbeat(mine, MINUTE).await.unwrap(), Fenced::Lost);
    }
    let audit = store.audit(&owner("a"), id).await.unwrap().unwrap();
    assert_eq!((audit.state, audit.attempt), (AuditState::Queued, 2 * ATTEMPTS));
}

async fn a_running_audit_is_cancelled_by_its_heartbeat(store: Store) {
    let id = create(&store, "a").await;
    let mine = lease(&store, "w").await.unwrap();
    let Cancelled::Yes(audit) = store.cancel_audit(&owner("a"), id).await.unwrap() else { panic!("it runs") };
    assert_eq!((audit.state, audit.cancelling), (AuditState::Running, true));
    assert_eq!(store.heartbeat(mine, MINUTE).await.unwrap(), Fenced::Cancelling);
    assert_eq!(store.record(mine, vec![page(1)], Counts::default()).await.unwrap(), Fenced::Cancelling);
    let outcome = Outcome::Ended { cancelled: true, counts: Counts::default(), findings: Vec::new() };
    store.end(mine, outcome).await.unwrap();
    let audit = store.audit(&owner("a"), id).await.unwrap().unwrap();
    assert_eq!((audit.state, audit.cancelling), (AuditState::Cancelled, false));
}

async fn a_running_audit_that_is_deleted_is_lost(store: Store) {
    let id = create(&store, "a").await;
    let mine = lease(&store, "w").await.unwrap();
    assert!(store.delete_audit(&owner("a"), id).await.unwrap());
    assert_eq!(store.record(mine, vec![page(1)], Counts::default()).await.unwrap(), Fenced::Lost);
    assert_eq!(store.end(mine, ended(Vec::new())).await.unwrap(), Fenced::Lost);
}

async fn anew_means_without_the_pages(store: Store) {
    let id = create(&store, "a").await;
    let mine = lease(&store, "w").await.unwrap();
    let counts = Counts { pages: 2, pending: 5, bytes: 10, broken: 1 };
    store.record(mine, vec![page(1), page(2)], counts).await.unwrap();
    assert_eq!(store.audit(&owner("a"), id).await.unwrap().unwrap().counts, counts);
    assert_eq!(store.begin_anew(mine).await.unwrap(), Fenced::Held);
    assert!(store.pages(&owner("a"), id, PageFilter::default(), 9).await.unwrap().unwrap().is_empty());
    assert_eq!(store.audit(&owner("a"), id).await.unwrap().unwrap().counts, Counts::default());
}

/// Progress that nobody is told of twice, and events without gaps.
async fn an_end_is_all_or_nothing(store: Store) {
    let id = create(&store, "a").await;
    let mine = lease(&store, "w").await.unwrap();
    for number in 1..=3 {
        store.record(mine, vec![page(number)], Counts { pages: number, ..Counts::default() }).await.unwrap();
    }
    store.end(mine, ended(vec![broken("/x"), broken("/y")])).await.unwrap();
    let events = store.events(&owner("a"), id, 0, 99).await.unwrap().unwrap();
    assert_eq!(events.iter().map(|event| event.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let names: Vec<_> = events.iter().map(|event| event.what.name()).collect();
    assert_eq!(names, ["state", "state", "progress", "progress", "progress", "state"]);
    let last = EventKind::State { state: AuditState::Done, attempt: 1, error: None };
    assert_eq!(events.last().unwrap().what, last);
    assert_eq!(store.events(&owner("a"), id, 4, 1).await.unwrap().unwrap()[0].number, 5);
}

async fn work_and_events_are_told(store: Store) {
    let mut changes = store.changes();
    // On PostgreSQL somebody has to be listening first: ask until it is heard.
    let told = async {
        loop {
            let id = create(&store, "a").await; // which nobody can follow yet
            store.cancel_audit(&owner("a"), id).await.unwrap();
            let wait = tokio::time::timeout(Duration::from_millis(200), async {
                let mut seen = (false, false);
                while seen != (true, true) {
                    match changes.recv().await.unwrap() {
                        Change::Work => seen.0 = true,
                        Change::Audit(told) => seen.1 |= told == id,
                    }
                }
            });
            if wait.await.is_ok() {
                return;
            }
        }
    };
    told.await;
}
