//! Several instances on one PostgreSQL: killed, cut off from it, hung up on.

#![allow(missing_docs)]
#![cfg(all(unix, feature = "postgres"))]

mod instance;
mod outage;
mod several;
mod silent;

use common::postgres::Cluster;
use common::within;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Runs a test with a schema of its own, where there is a PostgreSQL. What hangs is a failure.
fn with_schema<F: Future<Output = ()>>(test: impl FnOnce(String) -> F + Send + 'static) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let schema = format!("together_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    within(Duration::from_secs(120), move || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
            .block_on(test(schema));
    });
}

/// Waits until something is so.
async fn until<F: Future<Output = bool>>(mut so: impl FnMut() -> F) {
    while !so().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn shared() -> Option<&'static Cluster> {
    Cluster::shared()
}
