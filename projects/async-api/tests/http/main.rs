//! The API, asked by way of its router, with an embedded store behind it.

#![allow(missing_docs)]

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
use common::within;
use std::time::Duration;

/// Runs a test with a service of its own. What hangs is a failure.
pub fn with_service<F: Future<Output = ()>>(
    settings: impl FnOnce(&mut Settings) + Send + 'static,
    test: impl FnOnce(Service) -> F + Send + 'static,
) {
    within(Duration::from_secs(60), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let service = Service::new(settings).await;
            let store = service.app.store.clone();
            test(service).await;
            store.close().await;
        });
    });
}
