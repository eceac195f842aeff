//! Audits: created once, listed, cancelled, deleted.

use crate::{create, new_audit, on_both, owner};
use async_api::model::{AuditState, EventKind};
use async_api::store::{AuditFilter, Cancelled, Created, Idempotent, PageFilter, Retried, Store, StoredResponse};
use std::collections::BTreeSet;
use std::time::Duration;

on_both! {
    what_is_created_is_read_by_its_owner_alone,
    a_request_that_comes_twice_is_done_once,
    many_that_come_at_once_are_done_once,
    what_fails_half_way_leaves_nothing,
    a_quota_is_kept_by_many_at_once,
    a_list_goes_backwards_and_loses_nothing,
    who_waits_is_cancelled_at_once,
    what_is_deleted_is_gone_with_all_that_it_had,
    old_ones_are_purged_and_new_ones_stay,
    a_zero_character_does_not_fail,
}

fn again(key: &str, fingerprint: u8) -> Idempotent {
    Idempotent {
        owner: owner("a"),
        key: key.to_owned(),
        fingerprint: vec![fingerprint; 32],
        response: StoredResponse { status: 202, location: Some("/there".to_owned()), body: "{}".to_owned() },
    }
}

async fn what_is_created_is_read_by_its_owner_alone(store: Store) {
    let new = new_audit("a");
    assert_eq!(store.create_audit(new.clone(), None, None).await.unwrap(), Created::New);
    assert_eq!(store.audit(&owner("a"), new.id).await.unwrap(), Some(new.audit()));
    assert_eq!(store.audit(&owner("b"), new.id).await.unwrap(), None);
    assert_eq!(store.pages(&owner("b"), new.id, PageFilter::default(), 9).await.unwrap(), None);
    assert_eq!(store.events(&owner("b"), new.id, 0, 9).await.unwrap(), None);
    let events = store.events(&owner("a"), new.id, 0, 9).await.unwrap().unwrap();
    assert_eq!(events.iter().map(|event| event.number).collect::<Vec<_>>(), [1]);
    assert_eq!(events[0].what, EventKind::State { state: AuditState::Queued, attempt: 0, error: None });
    assert_eq!(store.cancel_audit(&owner("b"), new.id).await.unwrap(), Cancelled::NoSuch);
    assert_eq!(store.retry_audit(&owner("b"), new.id).await.unwrap(), Retried::NoSuch);
    assert!(!store.delete_audit(&owner("b"), new.id).await.unwrap());
    assert_eq!(store.states().await.unwrap(), [(AuditState::Queued, 1)]);
}

async fn a_request_that_comes_twice_is_done_once(store: Store) {
    let first = again("k", 1);
    assert_eq!(store.create_audit(new_audit("a"), None, Some(first.clone())).await.unwrap(), Created::New);
    let second = store.create_audit(new_audit("a"), None, Some(first.clone())).await.unwrap();
    assert_eq!(second, Created::Before(first.response));
    let other = store.create_audit(new_audit("a"), None, Some(again("k", 2))).await.unwrap();
    assert_eq!(other, Created::OtherRequest);
    // Another owner's key is another key.
    let of_b = Idempotent { owner: owner("b"), ..again("k", 2) };
    assert_eq!(store.create_audit(new_audit("b"), None, Some(of_b)).await.unwrap(), Created::New);
    assert_eq!(store.audits(&owner("a"), AuditFilter::default(), 9).await.unwrap().len(), 1);
}

async fn many_that_come_at_once_are_done_once(store: Store) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let store = store.clone();
        tasks.spawn(async move { store.create_audit(new_audit("a"), None, Some(again("k", 1))).await.unwrap() });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|created| **created == Created::New).count(), 1);
    assert_eq!(store.audits(&owner("a"), AuditFilter::default(), 9).await.unwrap().len(), 1);
}

async fn what_fails_half_way_leaves_nothing(store: Store) {
    let id = create(&store, "a").await;
    // The key is kept first, and then the audit is refused: that id is taken.
    let taken = async_api::store::NewAudit { id, ..new_audit("a") };
    let refused = store.create_audit(taken, Some(1), Some(again("k", 1))).await.unwrap_err();
    assert!(matches!(refused, async_api::store::StoreError::Failed(_)), "{refused}");
    assert_eq!(store.create_audit(new_audit("a"), Some(1), Some(again("k", 1))).await.unwrap(), Created::New);
}

async fn a_quota_is_kept_by_many_at_once(store: Store) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        let again = (number % 2 == 0).then(|| again(&number.to_string(), 1));
        tasks.spawn(async move { store.create_audit(new_audit("a"), Some(7), again).await.unwrap() });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|created| **created == Created::New).count(), 7);
    assert_eq!(store.create_audit(new_audit("b"), Some(0), None).await.unwrap(), Created::QuotaSpent);
    assert_eq!(store.create_audit(new_audit("b"), Some(1), None).await.unwrap(), Created::New);
    // Tomorrow is another day, also for a request that was refused today.
    let refused = again("late", 1);
    assert_eq!(store.create_audit(new_audit("a"), Some(7), Some(refused.clone())).await.unwrap(), Created::QuotaSpent);
    store.advance(Duration::from_secs(24 * 3600));
    assert_eq!(store.create_audit(new_audit("a"), Some(7), Some(refused)).await.unwrap(), Created::New);
}

async fn a_list_goes_backwards_and_loses_nothing(store: Store) {
    let mut created = BTreeSet::new();
    for _ in 0..25 {
        created.insert(create(&store, "a").await);
        create(&store, "b").await;
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let filter = AuditFilter { before, ..AuditFilter::default() };
        let page = store.audits(&owner("a"), filter, 7).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page.iter().map(|audit| audit.id));
        create(&store, "a").await; // one that is newer than all that were seen
    }
    assert!(seen.is_sorted_by(|one, next| one > next));
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), created);
    let filter = AuditFilter { state: Some(AuditState::Done), before: None };
    assert!(store.audits(&owner("a"), filter, 9).await.unwrap().is_empty());
}

async fn who_waits_is_cancelled_at_once(store: Store) {
    let id = create(&store, "a").await;
    let Cancelled::Yes(audit) = store.cancel_audit(&owner("a"), id).await.unwrap() else { panic!("it waits") };
    assert_eq!((audit.state, audit.cancelling, audit.ended_at.is_some()), (AuditState::Cancelled, false, true));
    assert!(matches!(store.cancel_audit(&owner("a"), id).await.unwrap(), Cancelled::Over(_)));
    assert!(matches!(store.retry_audit(&owner("a"), id).await.unwrap(), Retried::NotFailed(_)));
    assert!(store.lease("w", 9, Duration::from_secs(9), 3).await.unwrap().is_empty());
    assert_eq!(store.events(&owner("a"), id, 1, 9).await.unwrap().unwrap().len(), 1);
}

async fn what_is_deleted_is_gone_with_all_that_it_had(store: Store) {
    let id = create(&store, "a").await;
    assert!(store.delete_audit(&owner("a"), id).await.unwrap());
    assert!(!store.delete_audit(&owner("a"), id).await.unwrap());
    assert_eq!(store.audit(&owner("a"), id).await.unwrap(), None);
    assert!(store.lease("w", 9, Duration::from_secs(9), 3).await.unwrap().is_empty());
    assert!(store.states().await.unwrap().is_empty());
}

async fn old_ones_are_purged_and_new_ones_stay(store: Store) {
    let (old, going_on) = (create(&store, "a").await, create(&store, "a").await);
    store.cancel_audit(&owner("a"), old).await.unwrap();
    let key = again("k", 1);
    assert_eq!(store.create_audit(new_audit("b"), None, Some(key.clone())).await.unwrap(), Created::New);
    assert_eq!(store.purge(async_api::model::Timestamp(1), 10).await.unwrap(), 0);
    store.advance(Duration::from_secs(3600));
    let now = store.now().await.unwrap();
    assert_eq!(store.purge(now, 10).await.unwrap(), 1);
    assert_eq!(store.audit(&owner("a"), old).await.unwrap(), None);
    assert!(store.audit(&owner("a"), going_on).await.unwrap().is_some());
    // An answer is kept for a day, not for an hour.
    assert!(matches!(store.create_audit(new_audit("b"), None, Some(key.clone())).await.unwrap(), Created::Before(_)));
    store.advance(Duration::from_secs(24 * 3600));
    store.purge(now, 10).await.unwrap();
    assert_eq!(store.create_audit(new_audit("b"), None, Some(key)).await.unwrap(), Created::New);
}

async fn a_zero_character_does_not_fail(store: Store) {
    let mut new = new_audit("a");
    new.url = "https://example.com/\0".to_owned();
    store.create_audit(new.clone(), None, None).await.unwrap();
    assert_eq!(store.audit(&owner("a"), new.id).await.unwrap().unwrap().url, "https://example.com/\u{fffd}");
}
