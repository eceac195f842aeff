//! The counter's own source, compiled against a library that runs every schedule instead of one.
//!
//! What is proven is proven for two threads with two increments each, under sequential consistency: the runner knows no
//! weaker memory. Two increments are enough to reach every kind of total, the least (2) included.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::within;
use shuttle::{sync, thread};

#[path = "../src/counter.rs"]
mod counter;

/// The totals of all schedules.
fn totals(count: fn(u64) -> u64) -> BTreeSet<u64> {
    within(Duration::from_secs(60), move || {
        let totals = Arc::new(Mutex::new(BTreeSet::new()));
        let seen = Arc::clone(&totals);
        // Collected in a std mutex: a lock that the runner knows would add schedules of its own.
        let run_one = move || {
            let total = count(2);
            seen.lock().expect("nobody panics").insert(total);
        };
        shuttle::check_dfs(run_one, None);
        totals.lock().expect("nobody panics").clone()
    })
}

#[test]
fn load_then_store_loses_updates() {
    assert_eq!(totals(counter::load_then_store), BTreeSet::from([2, 3, 4]));
}

#[test]
fn an_atomic_add_loses_none() {
    assert_eq!(totals(counter::atomic_add), BTreeSet::from([4]), "claim broken: an atomic add loses nothing");
}

#[test]
fn a_lock_loses_none() {
    assert_eq!(totals(counter::lock), BTreeSet::from([4]), "claim broken: a lock loses nothing");
}

#[test]
fn a_total_of_its_own_loses_none() {
    assert_eq!(totals(counter::own_total), BTreeSet::from([4]), "claim broken: a total of one's own loses nothing");
}
