//! How fast: `cargo test --release --test postgres figures -- --ignored --nocapture`.

use super::backend::{Kept, found, outside, visit};
use super::cluster;
use super::support::run;
use common::Scratch;
use concurrent_scraper::frontier::{Found, Frontier, Lease};
use std::sync::Arc;
use std::time::Instant;

const URLS: usize = 20_000;
const GROUP: usize = 64;
const LINKS: usize = 50;

/// Links as pages have them: most are known, one in ten is new.
fn links(lease: &Lease) -> Vec<Found> {
    let number = |index: usize| match index % 10 {
        0 => outside(&format!("{}/{index}", lease.url)),
        _ => found(&format!("http://h{}/{}", index % 8, index * 7), 1),
    };
    (0..LINKS).map(number).collect()
}

async fn lease_and_complete(frontier: Arc<dyn Frontier>) -> usize {
    let mut done = 0;
    loop {
        let leased = frontier.lease(GROUP).await.unwrap();
        if leased.leases.is_empty() {
            break done;
        }
        done += leased.leases.len();
        let visits = leased.leases.iter().map(|lease| visit(lease, links(lease))).collect();
        frontier.complete(visits, None).await.unwrap();
    }
}

async fn measure(name: &str, frontiers: Vec<Arc<dyn Frontier>>) {
    let seeds = (0..URLS).map(|number| found(&format!("http://h{}/seed/{number}", number % 8), 0)).collect();
    frontiers[0].add(seeds).await.unwrap();
    let started = Instant::now();
    let workers: tokio::task::JoinSet<usize> = frontiers.into_iter().map(lease_and_complete).collect();
    let done: usize = workers.join_all().await.into_iter().sum();
    eprintln!(
        "{name}: {:.0} URLs/s leased and completed, {LINKS} links each",
        done as f64 / started.elapsed().as_secs_f64()
    );
}

#[test]
#[ignore = "measures"]
fn figures() {
    let place = cluster::place();
    run(async move {
        let file = Kept::File(Scratch::new().unwrap());
        measure("SQLite", vec![file.open(false).await]).await;
        let Some(place) = place else { return };
        for processes in [1, 2, 4] {
            let place = format!("{place}_{processes}");
            let options = super::backend::options();
            let mut frontiers: Vec<Arc<dyn Frontier>> = Vec::new();
            for _ in 0..processes {
                frontiers.push(super::backend::connect(&place, &options).await);
            }
            measure(&format!("PostgreSQL, {processes} at work"), frontiers).await;
        }
    });
}
