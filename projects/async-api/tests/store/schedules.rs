//! Schedules: each time once, however many processes look.

use crate::{on_both, options, owner};
use async_api::model::{AuditState, Counts, KeyLimits, Owner};
use async_api::store::{AuditFilter, NewSchedule, Outcome, Store};
use std::time::Duration;

on_both! {
    what_is_due_is_created_once,
    an_outage_is_not_made_up_for,
    a_key_s_schedules_go_by_its_quota_and_end_with_it,
}

const HOUR: Duration = Duration::from_secs(3600);

fn every(hours: u32, owner: Owner) -> NewSchedule {
    NewSchedule { owner, url: "https://example.com/".to_owned(), options: options(), every_hours: hours }
}

async fn end_all(store: &Store) {
    for job in store.lease("w", 99, HOUR, 3).await.unwrap() {
        let outcome = Outcome::Ended { cancelled: false, counts: Counts::default(), findings: Vec::new() };
        store.end(job.lease, outcome).await.unwrap();
    }
}

async fn what_is_due_is_created_once(store: Store) {
    let schedule = store.create_schedule(every(2, owner("local"))).await.unwrap();
    assert_eq!(store.schedules(&owner("local"), None, 9).await.unwrap(), std::slice::from_ref(&schedule));
    assert!(store.schedules(&owner("local"), Some(schedule.id), 9).await.unwrap().is_empty());
    let mut processes = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        processes.spawn(async move { store.run_schedules(10).await.unwrap() });
    }
    let created: Vec<_> = processes.join_all().await.into_iter().flatten().collect();
    assert_eq!(created.len(), 1);
    let audit = store.audit(&owner("local"), created[0]).await.unwrap().unwrap();
    assert_eq!((audit.schedule, audit.state), (Some(schedule.id), AuditState::Queued));
    // Its last audit is not over: it is passed over.
    store.advance(2 * HOUR);
    assert!(store.run_schedules(10).await.unwrap().is_empty());
    end_all(&store).await;
    assert!(store.run_schedules(10).await.unwrap().is_empty());
    store.advance(2 * HOUR);
    assert_eq!(store.run_schedules(10).await.unwrap().len(), 1);
    assert!(!store.delete_schedule(&owner("other"), schedule.id).await.unwrap());
    assert!(store.delete_schedule(&owner("local"), schedule.id).await.unwrap());
    assert_eq!(store.audits(&owner("local"), AuditFilter::default(), 9).await.unwrap().len(), 2);
}

async fn an_outage_is_not_made_up_for(store: Store) {
    store.create_schedule(every(1, owner("local"))).await.unwrap();
    store.advance(100 * HOUR + HOUR / 2);
    assert_eq!(store.run_schedules(10).await.unwrap().len(), 1);
    end_all(&store).await;
    assert!(store.run_schedules(10).await.unwrap().is_empty());
    let next = store.schedules(&owner("local"), None, 9).await.unwrap()[0].next_at;
    let now = store.now().await.unwrap();
    let ahead = next.0 - now.0;
    assert!(ahead > 0 && ahead <= 1_800_000, "{ahead} ms");
}

async fn a_key_s_schedules_go_by_its_quota_and_end_with_it(store: Store) {
    let limits = KeyLimits { audits_per_day: 1, ..KeyLimits::default() };
    let key = store.create_key("k", [7; 32], limits).await.unwrap();
    let mine = Owner::from(key.id);
    for _ in 0..2 {
        store.create_schedule(every(24, mine.clone())).await.unwrap();
    }
    assert_eq!(store.run_schedules(10).await.unwrap().len(), 1);
    end_all(&store).await;
    store.advance(24 * HOUR);
    store.revoke_key(key.id).await.unwrap();
    assert!(store.run_schedules(10).await.unwrap().is_empty());
}
