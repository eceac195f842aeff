//! Every interleaving that differs, and every value that a load may see in C11's memory model.
//!
//! loom calls a deadlock by ending the process, so a lost wake-up is shuttle's to find first; what loom adds is whether
//! the fences and orderings are enough for it not to happen.

use loom::{hint, sync, thread};

#[path = "../../../src/pool/steps/mod.rs"]
pub mod steps;

mod floor;
mod orderings;

use std::time::Duration;

use common::within;

const LIMIT: Duration = Duration::from_secs(120);

/// Runs everything that can be done; with at most so many switches that no thread asked for, if that is said.
fn check(preemption_bound: Option<usize>, property: impl Fn() + Send + Sync + 'static) {
    let executions = within(LIMIT, move || {
        let executions = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = executions.clone();
        let mut model = loom::model::Builder::new();
        model.preemption_bound = preemption_bound;
        model.max_branches = 10_000;
        model.check(move || {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            property();
        });
        executions.load(std::sync::atomic::Ordering::Relaxed)
    });
    eprintln!("{}: {executions} executions", std::thread::current().name().unwrap_or_default());
}
