//! What the store promises, on SQLite and on PostgreSQL: one suite for both.

#![allow(missing_docs)]

mod audits;
mod jobs;
mod keys;
mod pages;
mod schedules;
mod sqlite;

use async_api::model::{AuditId, AuditOptions, Owner, Timestamp};
use async_api::store::{Created, NewAudit, Store};
use common::{Scratch, within};
use std::time::Duration;

/// Defines each function as a test on either database.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod on_sqlite {
            $(#[test] fn $name() { crate::on_sqlite(super::$name); })*
        }
        #[cfg(feature = "postgres")]
        mod on_postgres {
            $(#[test] fn $name() { crate::on_postgres(super::$name); })*
        }
    };
}
pub(crate) use on_both;

const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn on_sqlite<F: Future<Output = ()> + Send + 'static>(test: fn(Store) -> F) {
    in_time(async move {
        let scratch = Scratch::new().unwrap();
        let store = Store::embedded(&scratch.path().join("store.db"), 2).await.unwrap();
        test(store.clone()).await;
        store.close().await;
    });
}

#[cfg(feature = "postgres")]
pub(crate) fn on_postgres<F: Future<Output = ()> + Send + 'static>(test: fn(Store) -> F) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let Some(cluster) = common::postgres::Cluster::shared() else { return };
    let schema = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    in_time(async move {
        let store = Store::postgres(cluster.url(), &schema, 8).await.unwrap();
        test(store.clone()).await;
        store.close().await;
    });
}

/// What hangs is a failure.
pub(crate) fn in_time(work: impl Future<Output = ()> + Send + 'static) {
    within(LIMIT, move || {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work);
    });
}

pub(crate) fn owner(name: &str) -> Owner {
    Owner(name.to_owned())
}

pub(crate) fn options() -> AuditOptions {
    AuditOptions { max_pages: 100, max_depth: Some(3), concurrency: 4, delay_ms: 0, slow_ms: 1000 }
}

pub(crate) fn new_audit(of: &str) -> NewAudit {
    NewAudit {
        id: AuditId::new(),
        owner: owner(of),
        url: "https://example.com/".to_owned(),
        options: options(),
        created_at: Timestamp(1_700_000_000_000),
        schedule: None,
    }
}

/// Creates an audit and says which.
pub(crate) async fn create(store: &Store, of: &str) -> AuditId {
    let new = new_audit(of);
    let id = new.id;
    assert_eq!(store.create_audit(new, None, None).await.unwrap(), Created::New);
    id
}
