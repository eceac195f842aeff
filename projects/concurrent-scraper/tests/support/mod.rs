//! What the tests share.
#![allow(dead_code, reason = "each test crate uses a part of it")]

pub mod program;
pub mod proxy;
pub mod tls;

use common::site::RunningSite;
use concurrent_scraper::crawl::{Crawl, CrawlBuilder, Ended, Shutdown};
use concurrent_scraper::frontier::Row;
use concurrent_scraper::page::Page;
use concurrent_scraper::politeness::Politeness;
use concurrent_scraper::store::{Reader, Store, StoreOptions};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;

/// Far more than anything takes; what is still running then hangs.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Runs a future on a runtime of two threads; a hang is a failure.
pub fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let result = runtime.block_on(async { tokio::time::timeout(LIMIT, future).await });
    runtime.shutdown_background();
    result.expect("it ends in time")
}

/// Back-offs of milliseconds: what is tested is that there are any.
pub fn quick() -> Politeness {
    Politeness { back_off: Duration::from_millis(5), ..Politeness::default() }
}

pub fn url(site: &RunningSite, path: &str) -> Url {
    Url::parse(&site.url(path)).unwrap()
}

/// Crawls into a state file, and returns how it ended and the pages in the order in which they were handed over.
pub async fn crawl_into(state: &Path, options: StoreOptions, builder: CrawlBuilder) -> (Ended, Vec<Page>) {
    let store = Arc::new(Store::open(state, options).unwrap());
    let pages = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&pages);
    let crawl: Crawl = builder.build(store.clone()).unwrap();
    let ended =
        crawl.run(move |page: &Page| seen.lock().unwrap().push(page.clone()), Shutdown::default()).await.unwrap();
    // A request that the end has cut off may still be letting go of it.
    while Arc::strong_count(&store) > 1 {
        tokio::task::yield_now().await;
    }
    Arc::into_inner(store).expect("nobody else has it").close().await;
    let pages = std::mem::take(&mut *pages.lock().unwrap());
    (ended, pages)
}

/// A crawl from nothing. Its pages by path.
pub fn crawl(builder: CrawlBuilder) -> BTreeMap<String, Page> {
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let (_, pages) = run(async move { crawl_into(&state, StoreOptions::default(), builder).await });
    by_path(pages)
}

pub fn by_path(pages: Vec<Page>) -> BTreeMap<String, Page> {
    let count = pages.len();
    let path = |page: &Page| Url::parse(&page.url).unwrap()[url::Position::BeforePath..].to_owned();
    let pages: BTreeMap<_, _> = pages.into_iter().map(|page| (path(&page), page)).collect();
    assert_eq!(pages.len(), count, "no page comes twice");
    pages
}

/// All rows of a state file.
pub fn rows(state: &Path) -> Vec<Row> {
    Reader::open(state).unwrap().rows(true).collect::<Result<_, _>>().unwrap()
}

/// The targets that were asked for, robots.txt aside, sorted.
pub fn targets(site: &RunningSite) -> Vec<String> {
    let mut targets: Vec<_> = site.requests().into_iter().map(|request| request.target).collect();
    targets.retain(|target| target != "/robots.txt");
    targets.sort();
    targets
}
