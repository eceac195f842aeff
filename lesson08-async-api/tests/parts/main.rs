//! What the lesson builds, part by part. One program, because linking is most of what a small test costs.

mod background;
mod cpu;
mod load;
mod pool;
mod postgres;
mod service;
mod store;

use std::time::Duration;

use common::within;

/// Runs the work on two worker threads; a hang is a failure.
fn on_two_workers<F: Future<Output = ()> + 'static>(work: impl FnOnce() -> F + Send + 'static) {
    within(Duration::from_secs(120), || {
        lesson08_async_api::demos::two_workers().expect("a runtime").block_on(work());
    });
}

/// Runs the work on one thread and a clock that jumps; a hang is a failure.
fn on_virtual_time<F: Future<Output = ()> + 'static>(work: impl FnOnce() -> F + Send + 'static) {
    within(Duration::from_secs(120), || {
        lesson08_async_api::demos::on_virtual_time().expect("a runtime").block_on(work());
    });
}

/// Polls others until this is so.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}
