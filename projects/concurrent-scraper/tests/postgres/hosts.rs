//! Several frontiers on one crawl, as several processes have them: whose turn it is at a host.

use super::backend::{SHORT, connect, found, lease_some, look, on_a_place, options, urls, visit};
use concurrent_scraper::frontier::postgres::PostgresOptions;
use concurrent_scraper::frontier::{Frontier, HostNews, Row};
use concurrent_scraper::page::{Problem, ProblemKind};
use concurrent_scraper::politeness::Politeness;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

fn with(politeness: Politeness) -> PostgresOptions {
    PostgresOptions { politeness, ..options() }
}

/// Many workers, few hosts: never more leases at a host than its places, every URL completed once, and nobody is stuck.
#[test]
fn no_more_leases_at_a_host_than_its_places() {
    const WORKERS: usize = 6;
    const HOSTS: usize = 3;
    const URLS: usize = 150;
    on_a_place(async |place| {
        let politeness = Politeness { robots: false, per_host: 4, ..Politeness::default() };
        let first = connect(&place, &with(politeness.clone())).await;
        let seeds = (0..HOSTS).map(|host| found(&format!("http://h{host}/"), 0));
        first.add(seeds.collect()).await.unwrap();
        let under_way: Arc<std::sync::Mutex<HashMap<String, (i32, i32)>>> = Arc::default();
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..WORKERS {
            let frontier = connect(&place, &with(politeness.clone())).await;
            let under_way = Arc::clone(&under_way);
            workers.spawn(async move {
                let mut rows = Vec::new();
                loop {
                    let leased = frontier.lease(8).await.unwrap();
                    if leased.finished {
                        break rows;
                    }
                    let host = |url: &str| url.split('/').nth(2).unwrap().to_owned();
                    for lease in &leased.leases {
                        let mut under_way = under_way.lock().unwrap();
                        let (now, peak) = under_way.entry(host(&lease.url)).or_default();
                        *now += 1;
                        *peak = (*peak).max(*now);
                    }
                    sleep(Duration::from_millis(2)).await;
                    // The place is free when it has been completed: so it is counted down before.
                    for lease in &leased.leases {
                        under_way.lock().unwrap().get_mut(&host(&lease.url)).unwrap().0 -= 1;
                    }
                    let links = |url: &str| {
                        let all =
                            (0..URLS / HOSTS).rev().map(|number| found(&format!("http://{}/{number}", host(url)), 1));
                        all.chain((0..HOSTS).map(|host| found(&format!("http://h{host}/x{}", url.len()), 1))).collect()
                    };
                    let visits = leased.leases.iter().map(|lease| visit(lease, links(&lease.url))).collect();
                    rows.extend(frontier.complete(visits, None).await.unwrap());
                }
            });
        }
        let rows: Vec<Row> = workers.join_all().await.into_iter().flatten().collect();
        let mut urls: Vec<_> = rows.iter().map(|row| &row.page.url).collect();
        urls.sort();
        let count = urls.len();
        urls.dedup();
        assert_eq!(urls.len(), count, "each of them once");
        assert!(count >= URLS + HOSTS);
        let counts = first.counts().await.unwrap();
        assert_eq!((counts.pending, counts.leased, counts.done), (0, 0, count as u64));
        for (host, (now, peak)) in &*under_way.lock().unwrap() {
            assert_eq!(*now, 0);
            assert!(*peak <= 4, "{peak} at {host}");
        }
    });
}

#[test]
fn a_gap_is_reserved_with_the_lease() {
    on_a_place(async |place| {
        let delay = Duration::from_millis(500);
        let politeness = Politeness { robots: false, delay, ..Politeness::default() };
        let (one, other) = (connect(&place, &with(politeness.clone())).await, connect(&place, &with(politeness)).await);
        one.add((0..4).map(|number| found(&format!("http://h/{number}"), 0)).collect()).await.unwrap();
        let (a, b) = tokio::join!(one.lease(4), other.lease(4));
        let (mut a, b) = (a.unwrap().leases, b.unwrap().leases);
        assert_eq!(a.len() + b.len(), 1, "one request at a time");
        let holder = if a.is_empty() { &other } else { &one };
        a.extend(b);
        assert_eq!(a[0].wait, Duration::ZERO);
        let reserved = "SELECT next_at >= until - interval '10 seconds' + delay - interval '50 ms' FROM hosts, urls WHERE state = 3";
        let reserved: bool = look(&place).await.query_one(reserved, &[]).await.unwrap().get(0);
        assert!(reserved, "the next turn is after the gap, whatever becomes of the worker");
        // A lease that ends without a completion keeps the gap, too.
        let started = Instant::now();
        holder.release(vec![a[0].id]).await.unwrap();
        let next = lease_some(&*one, 4).await.leases;
        assert_eq!(next.len(), 1);
        assert!(started.elapsed() + next[0].wait >= delay, "{:?} {:?}", started.elapsed(), next[0].wait);
        let started = Instant::now();
        one.complete(vec![visit(&next[0], vec![])], None).await.unwrap();
        let next = lease_some(&*other, 4).await.leases;
        assert!(started.elapsed() + next[0].wait >= delay, "{:?} {:?}", started.elapsed(), next[0].wait);
    });
}

#[test]
fn the_gap_outlives_the_worker() {
    on_a_place(async |place| {
        let delay = Duration::from_secs(1);
        let politeness = Politeness { robots: false, delay, ..Politeness::default() };
        let options = PostgresOptions { lease: SHORT, ..with(politeness) };
        let (dead, other) = (connect(&place, &options).await, connect(&place, &options).await);
        dead.add(vec![found("http://h/1", 0)]).await.unwrap();
        let started = Instant::now();
        assert_eq!(dead.lease(1).await.unwrap().leases.len(), 1);
        drop(dead);
        let lease = lease_some(&*other, 1).await.leases.remove(0);
        // It may have asked until the last moment of its lease.
        assert!(started.elapsed() + lease.wait >= SHORT + delay, "{:?} {:?}", started.elapsed(), lease.wait);
    });
}

#[test]
fn what_a_host_says_to_one_counts_for_all() {
    on_a_place(async |place| {
        let politeness = Politeness { per_host: 8, ..Politeness::default() };
        let (one, other) = (connect(&place, &with(politeness.clone())).await, connect(&place, &with(politeness)).await);
        one.add((0..40).map(|number| found(&format!("http://h/{number}"), 0)).collect()).await.unwrap();
        let first = one.lease(40).await.unwrap().leases;
        assert_eq!(first.len(), 1, "one asks for robots.txt");
        assert_eq!(other.lease(40).await.unwrap().leases, []);
        one.tell("http://h", HostNews { delay: Some(Duration::ZERO), ..HostNews::default() }).await.unwrap();
        let rest = other.lease(40).await.unwrap().leases;
        assert_eq!(rest.len(), 7);

        let closed_for = Duration::from_millis(700);
        let told = Instant::now();
        let news = HostNews { closed_for, slow_down: true, delay: Some(Duration::ZERO), given_up: None };
        one.tell("http://h", news.clone()).await.unwrap();
        // Another refusal of the same moment changes nothing.
        other.tell("http://h", HostNews { closed_for: Duration::ZERO, ..news }).await.unwrap();
        one.postpone(first[0].id, 3, Duration::ZERO).await.unwrap();
        // Half of the places are left, and they are taken: seven are leased.
        let database = look(&place).await;
        let places: i32 = database.query_one("SELECT places FROM hosts", &[]).await.unwrap().get(0);
        assert_eq!(places, 4);
        other.complete(rest.iter().map(|lease| visit(lease, vec![])).collect(), None).await.unwrap();
        let leased = lease_some(&*one, 40).await.leases;
        assert!(told.elapsed() >= closed_for, "{:?}", told.elapsed());
        assert_eq!(leased.len(), 5, "one more for a group that went well");
        assert_eq!(leased[0].attempts, 3);
    });
}

#[test]
fn a_host_that_is_given_up_is_so_for_all() {
    on_a_place(async |place| {
        let (one, other) = (connect(&place, &options()).await, connect(&place, &options()).await);
        one.add(vec![found("http://h/1", 0), found("http://h/2", 0), found("http://i/", 0)]).await.unwrap();
        let problem = Problem::new(ProblemKind::Unavailable, "for a day");
        let news = HostNews {
            closed_for: Duration::from_secs(86_400),
            given_up: Some(problem.clone()),
            ..HostNews::default()
        };
        one.tell("http://h", news).await.unwrap();
        let leases = other.lease(9).await.unwrap().leases;
        let of: HashMap<_, _> = leases.into_iter().map(|lease| (lease.url, lease.given_up)).collect();
        assert_eq!(of["http://h/1"], Some(problem.clone()));
        assert_eq!(of["http://h/2"], Some(problem));
        assert_eq!(of["http://i/"], None);
    });
}

#[test]
fn what_is_postponed_comes_back_with_its_attempts() {
    on_a_place(async |place| {
        let (one, other) = (connect(&place, &options()).await, connect(&place, &options()).await);
        one.add(vec![found("http://h/1", 0), found("http://h/2", 0)]).await.unwrap();
        let lease = one.lease(1).await.unwrap().leases.remove(0);
        let (wait, postponed) = (Duration::from_millis(400), Instant::now());
        one.postpone(lease.id, 2, wait).await.unwrap();
        assert_eq!(urls(&other.lease(9).await.unwrap()), ["http://h/2"]);
        let again = lease_some(&*other, 9).await.leases.remove(0);
        assert!(postponed.elapsed() >= wait);
        assert_eq!((again.url.as_str(), again.attempts), ("http://h/1", 2));
    });
}
