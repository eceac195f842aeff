//! Every interleaving that differs, and every value that a load may see in C11's memory model.
//!
//! loom calls a deadlock by ending the process, so what may hang is shuttle's to find first. It takes no notice of
//! SeqCst on loads and stores; the primitives use SeqCst fences only, which it does know.

use loom::{hint, sync, thread};

#[path = "../../../src/primitives/mod.rs"]
pub mod primitives;

mod floor;
mod orderings;

use std::time::Duration;

use common::within;

const LIMIT: Duration = Duration::from_secs(120);

/// Runs everything that two threads can do.
fn in_every_execution(property: impl Fn() + Send + Sync + 'static) {
    check(None, property);
}

/// Runs everything that can be done with at most `preemptions` switches that no thread asked for.
fn with_few_preemptions(preemptions: usize, property: impl Fn() + Send + Sync + 'static) {
    check(Some(preemptions), property);
}

fn check(preemption_bound: Option<usize>, property: impl Fn() + Send + Sync + 'static) {
    let executions = within(LIMIT, move || {
        let executions = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = executions.clone();
        let mut model = loom::model::Builder::new();
        model.preemption_bound = preemption_bound;
        model.max_branches = 10_000;
        model.check(move || {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            floor::futex::reset();
            property();
        });
        executions.load(std::sync::atomic::Ordering::Relaxed)
    });
    eprintln!("{}: {executions} executions", std::thread::current().name().unwrap_or_default());
}

/// Starts threads that all run `work`, with their numbers, and waits for them.
fn together(threads: usize, work: impl Fn(usize) + Send + Sync + 'static) {
    let work = std::sync::Arc::new(work);
    let spawn = |number| {
        let work = work.clone();
        thread::spawn(move || work(number))
    };
    let spawned: Vec<_> = (1..threads).map(spawn).collect();
    work(0);
    spawned.into_iter().for_each(|thread| thread.join().expect("a panic is reported by the model"));
}
