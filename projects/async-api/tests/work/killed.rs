//! The process dies, over and over: nothing lost, nothing twice.
//!
//! What is killed is a process of its own, this program again, that opens the store and works until nothing is left.
#![cfg(unix)]

use crate::support::{LIMIT, Office, asked, finish, lasting, open, options, run, settings, start, without_address};
use async_api::model::{AuditOptions, AuditState, Owner};
use common::site::{Graph, Reply, RunningSite, Site};
use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const KILLS: usize = 50;
/// Most of the time is spent waiting for the leases of the dead, so five at a time.
const LANES: u64 = 5;
/// Requests after which a process is killed, at most.
const MOMENTS: usize = 24;
/// The folder that a process of this program is to work in.
const FOLDER: &str = "ASYNC_API_TEST_FOLDER";

fn site(seed: u64) -> RunningSite {
    Site::graph(Graph { pages: 90, links_per_page: 5, page_bytes: 300..=2_000, seed })
        .latency(Duration::from_millis(20))
        .redirect_chain("/page/7.html", 3, "/page/8.html")
        .on("/page/9.html", Reply::status(404))
        .on("/page/10.html", Reply::content(common::site::Content::html("<title>Page 11</title>")))
        .start()
        .unwrap()
}

/// Not a test: what the processes do that are killed.
#[test]
fn a_process() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    run(async move {
        let store = open(&folder).await;
        let mut settings = settings(&folder);
        settings.jobs.lease = Duration::from_millis(300);
        settings.jobs.attempts = u32::MAX;
        let workers = start(&store, settings);
        loop {
            let audits = store.audits(&Owner::local(), Default::default(), 10).await.unwrap();
            if audits.iter().all(|audit| audit.state.is_over()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        finish(workers).await;
        store.close().await;
    });
}

fn process(folder: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["killed::a_process", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the site has had so many requests; false when the process has ended before.
fn wait_for(site: &RunningSite, process: &mut Child, requests: usize) -> bool {
    let began = Instant::now();
    while began.elapsed() < LIMIT {
        let count = |log: &[common::site::Request]| log.iter().filter(|r| r.target != "/robots.txt").count();
        if site.wait_until(Duration::from_millis(10), |log| count(log) >= requests) {
            return true;
        }
        if let Some(status) = process.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return false;
        }
    }
    let _ = process.kill();
    panic!("the process hangs");
}

#[test]
fn killed_at_fifty_moments() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    std::thread::scope(|scope| {
        for lane in 0..LANES {
            scope.spawn(move || killed_over_and_over(fastrand::Rng::with_seed(seed + lane), KILLS / LANES as usize));
        }
    });
}

fn killed_over_and_over(mut random: fastrand::Rng, most: usize) {
    let (mut kills, mut round, mut twice, mut resumed) = (0, 0, 0, 0);
    while kills < most {
        round += 1;
        // Several requests at a time, and then one, where even the order of the pages must be the same.
        let concurrency = if round % 2 == 1 { 3 } else { 1 };
        let options = AuditOptions { concurrency, ..options() };
        let whole = {
            let site = site(round);
            let (start, options) = (site.url("/"), options.clone());
            let (pages, findings) = run(async move {
                let office = Office::new().await;
                let (_, id) = office.whole(office.settings(), &start, options).await;
                (office.pages(id).await, office.findings(id).await)
            });
            (in_order(lasting(pages, &site), concurrency), without_address(&findings, &site))
        };
        let site = site(round);
        let start = site.url("/");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let office = runtime.block_on(Office::new());
        let id = runtime.block_on(office.create(&start, options));
        loop {
            let before = asked(&site).len();
            let recorded: BTreeSet<String> =
                runtime.block_on(office.pages(id)).into_iter().map(|page| page.url).collect();
            resumed += usize::from(!recorded.is_empty());
            let mut process = process(office.folder.path());
            let moment = before + 1 + random.usize(0..MOMENTS);
            // Pages are recorded twice a second: some die between two of these, some in the middle of one.
            let longest = if random.bool() { 10_000 } else { 900_000 };
            let pause = Duration::from_micros(random.u64(0..longest));
            let reached = wait_for(&site, &mut process, if kills < most { moment } else { usize::MAX });
            if reached {
                std::thread::sleep(pause);
                // It may have ended by itself meanwhile.
                let _ = process.kill();
                process.wait().unwrap();
                kills += 1;
            }
            let asked: Vec<String> = asked(&site).iter().skip(before).map(|target| site.url(target)).collect();
            let again: Vec<_> = asked.iter().filter(|url| recorded.contains(*url)).collect();
            assert!(again.is_empty(), "recorded, and asked for again: {again:?}");
            if !reached {
                break;
            }
        }
        let audit = runtime.block_on(office.audit(id));
        assert_eq!((audit.state, audit.error), (AuditState::Done, None), "round {round}");
        let pages = runtime.block_on(office.pages(id));
        assert_eq!(audit.counts.pages, pages.len() as u64);
        let numbers: Vec<u64> = pages.iter().map(|page| page.number).collect();
        assert_eq!(numbers, (1..=pages.len() as u64).collect::<Vec<_>>(), "no gap, no number twice");
        twice += asked(&site).len() - pages.len();
        assert_eq!(in_order(lasting(pages, &site), concurrency), whole.0, "round {round}");
        let findings = runtime.block_on(office.findings(id));
        assert_eq!(without_address(&findings, &site), whole.1, "round {round}");
        assert_eq!(office.crawls(), Vec::<String>::new());
    }
    eprintln!("{round} audits, {resumed} processes went on behind pages, {twice} requests were made again");
}

/// With several requests at a time the order, and with it the numbers, are a matter of chance.
fn in_order(mut pages: Vec<String>, concurrency: u32) -> Vec<String> {
    if concurrency > 1 {
        let numberless = |page: &String| page.split_once(',').map(|(_, rest)| rest.to_owned()).unwrap();
        pages = pages.iter().map(numberless).collect();
        pages.sort();
    }
    pages
}
