//! The API, asked by way of its router, with either store behind it.

#![allow(missing_docs, clippy::print_stdout)]

mod asking;
mod audits;
mod documents;
mod events;
mod health;
mod idempotency;
mod keys;
mod limits;
mod lists;
mod openapi;
mod origin;
mod reports;
mod schedules;
mod thumbnails;
mod validation;

use asking::Service;
use async_api::config::Settings;
use async_api::store::Store;
use common::{Scratch, within};
use std::time::Duration;

/// Runs a test with a service of its own: on SQLite, and on PostgreSQL where there is one. What hangs is a failure.
pub fn with_service<F: Future<Output = ()>>(
    settings: impl FnOnce(&mut Settings) + Clone + Send + 'static,
    test: impl FnOnce(Service) -> F + Clone + Send + 'static,
) {
    with_embedded(settings.clone(), test.clone());
    #[cfg(feature = "postgres")]
    with_postgres(settings, test);
}

/// The same on SQLite alone: where it is about SQLite, or about something else than a store.
pub fn with_embedded<F: Future<Output = ()>>(
    settings: impl FnOnce(&mut Settings) + Send + 'static,
    test: impl FnOnce(Service) -> F + Send + 'static,
) {
    println!("on SQLite:"); // shown where it fails
    let scratch = Scratch::new().unwrap();
    let file = scratch.path().join("store.db");
    in_time(move || async move {
        let store = Store::embedded(&file, 2).await.unwrap();
        test(Service::new(store.clone(), Some(file), settings)).await;
        store.close().await;
    });
}

#[cfg(feature = "postgres")]
fn with_postgres<F: Future<Output = ()>>(
    settings: impl FnOnce(&mut Settings) + Send + 'static,
    test: impl FnOnce(Service) -> F + Send + 'static,
) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let Some(cluster) = common::postgres::Cluster::shared() else { return };
    println!("on PostgreSQL:");
    let schema = format!("http_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    in_time(move || async move {
        let store = Store::postgres(cluster.url(), &schema, 4).await.unwrap();
        test(Service::new(store.clone(), None, settings)).await;
        store.close().await;
    });
}

fn in_time<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) {
    within(Duration::from_secs(60), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(work());
    });
}
