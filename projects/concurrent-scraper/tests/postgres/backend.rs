//! A frontier of either kind, and what tests do with one.

use super::cluster;
use super::support::run;
use common::Scratch;
use concurrent_scraper::frontier::postgres::{Postgres, PostgresOptions, Target};
use concurrent_scraper::frontier::{Found, Frontier, FrontierError, Lease, Leased, Place, Validators, Visit};
use concurrent_scraper::page::{LinkKind, Page};
use concurrent_scraper::politeness::Politeness;
use concurrent_scraper::store::{Store, StoreOptions};
use std::sync::Arc;
use std::time::Duration;

/// Where a frontier is kept.
pub enum Kept {
    File(Scratch),
    Database(String),
}

impl Kept {
    /// Opens it, as the process of a name that comes back after its death.
    pub async fn open(&self, by_level: bool) -> Arc<dyn Frontier> {
        match self {
            Kept::File(folder) => {
                let options = StoreOptions { by_level, ..StoreOptions::default() };
                Arc::new(Store::open(&folder.path().join("state"), options).unwrap())
            }
            Kept::Database(place) => {
                let options = PostgresOptions { by_level, worker: Some("the one".to_owned()), ..options() };
                connect(place, &options).await
            }
        }
    }
}

/// No robots.txt to wait for, and many places at each host.
pub fn options() -> PostgresOptions {
    let politeness = Politeness { robots: false, per_host: 100, ..Politeness::default() };
    PostgresOptions { politeness, ..PostgresOptions::default() }
}

/// A lease that runs out in a test's lifetime.
pub const SHORT: Duration = Duration::from_millis(300);

/// Runs a test on a place of its own, where there is a database.
pub fn on_a_place<F: Future<Output = ()> + Send + 'static>(test: impl FnOnce(String) -> F) {
    if let Some(place) = cluster::place() {
        run(test(place));
    }
}

/// Connects. A name that its last process has just left is free in a moment.
pub async fn connect(place: &str, options: &PostgresOptions) -> Arc<Postgres> {
    let target: Target = place.parse().unwrap();
    loop {
        match Postgres::connect(&target, options).await {
            Err(FrontierError::InUse(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
            frontier => return Arc::new(frontier.unwrap()),
        }
    }
}

/// A connection to look behind the scenes.
pub async fn look(place: &str) -> tokio_postgres::Client {
    let (url, crawl) = place.split_once('#').unwrap();
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path TO {crawl}")).await.unwrap();
    client
}

pub fn found(url: &str, depth: u32) -> Found {
    Found { url: url.to_owned(), kind: LinkKind::Anchor, visit: Some(Place { depth, ..Place::default() }) }
}

/// A link that leaves the scope.
pub fn outside(url: &str) -> Found {
    Found { url: url.to_owned(), kind: LinkKind::Anchor, visit: None }
}

pub fn visit(lease: &Lease, links: Vec<Found>) -> Visit {
    let page = Page {
        url: lease.url.clone(),
        depth: lease.place.depth,
        hops: lease.place.hops,
        status: Some(200),
        title: Some(format!("the page\0 {}", lease.url)),
        bytes: 10,
        attempts: lease.attempts + 1,
        link_count: links.len() as u32,
        ..Page::default()
    };
    Visit { id: lease.id, page, found: links, validators: Validators::default() }
}

pub fn urls(leased: &Leased) -> Vec<&str> {
    leased.leases.iter().map(|lease| lease.url.as_str()).collect()
}

/// Leases until there is something.
pub async fn lease_some(frontier: &dyn Frontier, want: usize) -> Leased {
    loop {
        let leased = frontier.lease(want).await.unwrap();
        if !leased.leases.is_empty() {
            return leased;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
