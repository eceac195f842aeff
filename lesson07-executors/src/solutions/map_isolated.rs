//! The panic is caught around each job, not at the end of the thread.

use std::panic::{self, AssertUnwindSafe};

use super::sync::{Arc, Mutex};
use super::thread;

/// Calls `job` for each item, on so many threads, and returns the results in the order of the items. Where it panics,
/// the result is the panic's words. A thread that met a panic goes on with the next item.
pub fn map_isolated<T, R, F>(workers: usize, items: Vec<T>, job: F) -> Vec<Result<R, String>>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Fn(T) -> R + Send + Sync + 'static,
{
    let count = items.len();
    let (items, job) = (Arc::new(Mutex::new(items.into_iter().enumerate())), Arc::new(job));
    let worker = |_| {
        let (items, job) = (Arc::clone(&items), Arc::clone(&job));
        thread::spawn(move || {
            let mut results = Vec::new();
            loop {
                // A statement of its own: the lock is free again before the job begins.
                let next = items.lock().expect("no job runs under this lock").next();
                let Some((number, item)) = next else { return results };
                let result = panic::catch_unwind(AssertUnwindSafe(|| job(item)));
                results.push((number, result.map_err(|panic| words(&*panic))));
            }
        })
    };
    let workers: Vec<_> = (0..workers).map(worker).collect();
    let mut results: Vec<_> =
        workers.into_iter().flat_map(|worker| worker.join().expect("what a job panics with is caught")).collect();
    assert_eq!(results.len(), count, "no workers, no results");
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
