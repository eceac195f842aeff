//! The file: damaged, read-only, somebody else's, full, closed.

use crate::{create, in_time, new_audit, owner};
use async_api::store::{AuditFilter, Store, StoreError};
use common::Scratch;
use std::fs;

#[test]
fn what_was_answered_is_there_after_a_restart() {
    in_time(async {
        let scratch = Scratch::new().unwrap();
        let path = scratch.path().join("store.db");
        let store = Store::embedded(&path, 1).await.unwrap();
        let id = create(&store, "a").await;
        store.close().await;
        assert_eq!(store.ping().await, Err(StoreError::Closed));
        let store = Store::embedded(&path, 1).await.unwrap();
        assert!(store.audit(&owner("a"), id).await.unwrap().is_some());
        store.close().await;
    });
}

#[test]
fn two_handles_of_one_file_see_each_other() {
    in_time(async {
        let scratch = Scratch::new().unwrap();
        let path = scratch.path().join("store.db");
        let (one, other) = (Store::embedded(&path, 1).await.unwrap(), Store::embedded(&path, 1).await.unwrap());
        let id = create(&one, "a").await;
        assert!(other.audit(&owner("a"), id).await.unwrap().is_some());
        let mut tasks = tokio::task::JoinSet::new();
        for store in [&one, &other].repeat(20) {
            let store = store.clone();
            tasks.spawn(async move { create(&store, "b").await });
        }
        assert_eq!(tasks.join_all().await.len(), 40);
        assert_eq!(one.audits(&owner("b"), AuditFilter::default(), 99).await.unwrap().len(), 40);
        one.close().await;
        other.close().await;
    });
}

#[test]
fn what_is_no_database_is_said() {
    in_time(async {
        let scratch = Scratch::new().unwrap();
        let path = scratch.path().join("store.db");
        fs::write(&path, "this is a letter, and no database at all\n".repeat(100)).unwrap();
        let error = Store::embedded(&path, 1).await.unwrap_err();
        assert!(matches!(&error, StoreError::Failed(text) if text.contains("damaged")), "{error}");
        assert!(error.to_string().contains("store.db"), "{error}");
        let nowhere = Store::embedded(&scratch.path().join("no/folder/store.db"), 1).await.unwrap_err();
        assert!(matches!(nowhere, StoreError::Unwritable(_)), "{nowhere}");
    });
}

#[test]
fn a_later_version_s_file_is_left_alone() {
    in_time(async {
        let scratch = Scratch::new().unwrap();
        let path = scratch.path().join("store.db");
        Store::embedded(&path, 1).await.unwrap().close().await;
        let file = rusqlite::Connection::open(&path).unwrap();
        file.execute("INSERT INTO migrations VALUES (99, 'x', 0)", []).unwrap();
        drop(file);
        let error = Store::embedded(&path, 1).await.unwrap_err();
        assert!(error.to_string().contains("later version"), "{error}");
        let file = rusqlite::Connection::open(&path).unwrap();
        file.execute("DELETE FROM migrations WHERE number = 99", []).unwrap();
        file.execute("UPDATE migrations SET sha256 = 'x'", []).unwrap();
        drop(file);
        let error = Store::embedded(&path, 1).await.unwrap_err();
        assert!(error.to_string().contains("was another"), "{error}");
    });
}

/// A file that may not grow: what fits is kept, what does not is refused with a reason, and room again is all it takes.
#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    in_time(async {
        let scratch = Scratch::new().unwrap();
        let path = scratch.path().join("store.db");
        let store = Store::embedded(&path, 1).await.unwrap();
        let id = create(&store, "a").await;
        store.limit_pages(Some(60)).await.unwrap();
        let refused = loop {
            let mut new = new_audit("a");
            new.url = format!("https://example.com/{}", "x".repeat(10_000));
            if let Err(error) = store.create_audit(new, None, None).await {
                break error;
            }
        };
        assert!(matches!(refused, StoreError::Unwritable(_)), "{refused}");
        assert!(store.audit(&owner("a"), id).await.unwrap().is_some());
        let kept = store.audits(&owner("a"), AuditFilter::default(), 1000).await.unwrap().len();
        store.limit_pages(None).await.unwrap();
        create(&store, "a").await;
        assert_eq!(store.audits(&owner("a"), AuditFilter::default(), 1000).await.unwrap().len(), kept + 1);
        store.close().await;
    });
}
