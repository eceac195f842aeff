//! A shared index is the queue, the number of workers is the bound.

use super::sync::Mutex;
use super::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use super::thread;

/// What `fetch` comes back with.
pub type Fetched = Result<Vec<u8>, String>;

/// Fetches all addresses and returns the results in the order of the addresses.
pub fn download_all(addresses: &[&str], at_most: usize, fetch: &(dyn Fn(&str) -> Fetched + Sync)) -> Vec<Fetched> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![Err("not fetched".to_owned()); addresses.len()]);
    let work = || {
        loop {
            // Relaxed: taking a number must be one step, and is; it orders nothing else.
            let index = next.fetch_add(1, Relaxed);
            let Some(address) = addresses.get(index) else { break };
            // Fetched outside the lock: inside, the workers would wait for each other and download one by one.
            let result = fetch(address);
            results.lock().expect("nobody panics while holding it")[index] = result;
        }
    };
    thread::scope(|scope| {
        for _ in 0..at_most {
            scope.spawn(work);
        }
    });
    results.into_inner().expect("nobody panicked while holding it")
}
