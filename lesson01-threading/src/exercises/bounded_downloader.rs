//! **Goal**: Download a list of addresses on a few threads: never more than `at_most` at once, all results in order,
//! and a failure that stops nobody else.
//!
//! **Minutes**: 25

use super::sync;
use super::thread;

/// What `fetch` comes back with.
pub type Fetched = Result<Vec<u8>, String>;

/// Fetches all addresses and returns the results in the order of the addresses.
///
/// `at_most` calls of `fetch` are under way at any time, and as many as that while there is enough to do.
pub fn download_all(addresses: &[&str], at_most: usize, fetch: &(dyn Fn(&str) -> Fetched + Sync)) -> Vec<Fetched> {
    todo!("let `at_most` workers take the next address until none is left")
}
