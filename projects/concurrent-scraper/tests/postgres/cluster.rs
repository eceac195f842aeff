//! A place in a PostgreSQL of the tests' own.

use common::postgres::Cluster;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where a crawl can be kept, one that nobody else has. None: there is no PostgreSQL here, which has been said.
pub fn place() -> Option<String> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let cluster = Cluster::shared()?;
    Some(format!("{}#crawl_{}", cluster.url(), NUMBER.fetch_add(1, Ordering::Relaxed)))
}
