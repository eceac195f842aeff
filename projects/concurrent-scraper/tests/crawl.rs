//! Whole crawls of well-behaved sites.

mod support;

use common::site::{Content, Graph, Reply, Site};
use concurrent_scraper::address::{Region, ScopeOptions};
use concurrent_scraper::crawl::{Crawl, Limits, Shutdown, Why};
use concurrent_scraper::page::{LinkKind, Page, ProblemKind};
use concurrent_scraper::politeness::Politeness;
use concurrent_scraper::store::{Reader, Store, StoreOptions};
use futures::StreamExt;
use std::sync::Arc;
use support::{by_path, crawl, crawl_into, quick, rows, run, targets, url};
use tokio_util::sync::CancellationToken;

fn wide(per_host: usize) -> Politeness {
    Politeness { per_host, ..quick() }
}

#[test]
fn every_page_once_whatever_the_concurrency() {
    for concurrency in [1, 3, 16, 128] {
        let graph = Graph { pages: 300, ..Graph::default() };
        let site = Site::graph(graph.clone()).start().unwrap();
        let limits = Limits { concurrency, ..Limits::default() };
        let pages = crawl(Crawl::builder([url(&site, "/")]).limits(limits).politeness(wide(concurrency)));
        let mut expected = graph.paths();
        expected.sort();
        assert_eq!(targets(&site), expected, "at {concurrency}");
        assert!(pages.keys().eq(expected.iter()), "at {concurrency}");
        assert!(site.in_flight_peak() <= concurrency, "at {concurrency}");
        for (path, page) in pages {
            let number = path.trim_matches(|character: char| !character.is_ascii_digit());
            let number = if number.is_empty() { "0" } else { number };
            assert_eq!(page.title.as_deref(), Some(&*format!("Page {number}")));
            assert_eq!(page.bytes as usize, graph.html(&path).unwrap().len());
            assert_eq!((page.status, page.problem, page.attempts), (Some(200), None, 1));
        }
    }
}

#[test]
fn the_store_knows_the_links_and_the_broken_ones() {
    let html = "<a href=/a>a</a> <a href=/gone>x</a> <a href=http://elsewhere.invalid/>e</a> <img src=/a>";
    let site = Site::empty()
        .on("/", Content::html(html))
        .on("/a", Content::html("<a href=/gone#part>again</a>"))
        .start()
        .unwrap();
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let builder = Crawl::builder([url(&site, "/")]);
    let (ended, pages) = run({
        let state = state.clone();
        async move { crawl_into(&state, StoreOptions::default(), builder).await }
    });
    assert_eq!((ended.why, ended.counts.done, ended.counts.pending), (Why::Finished, 3, 0));
    let rows = rows(&state);
    assert_eq!(
        rows.iter().map(|row| &row.page.url).collect::<Vec<_>>(),
        pages.iter().map(|page| &page.url).collect::<Vec<_>>()
    );
    let first = rows[0].page.links.as_ref().unwrap();
    let links: Vec<_> = first.iter().map(|link| (link.url.as_str(), link.kind)).collect();
    let (a, gone) = (site.url("/a"), site.url("/gone"));
    assert_eq!(
        links,
        [
            (a.as_str(), LinkKind::Anchor),
            (&gone, LinkKind::Anchor),
            ("http://elsewhere.invalid/", LinkKind::Anchor),
            (&a, LinkKind::Image)
        ]
    );
    let broken = Reader::open(&state).unwrap().broken().unwrap();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].page.url, gone);
    assert_eq!(broken[0].linked_from, [(site.url("/"), LinkKind::Anchor), (a, LinkKind::Anchor)]);
}

#[test]
fn what_was_first_met_as_no_page_is_visited_when_it_turns_out_to_be_one() {
    // The URL of an image is known, not visited; a link to it makes it a page.
    let site = Site::empty()
        .on("/", Content::html("<img src=/x><a href=/1>1</a>"))
        .on("/1", Content::html("<a href=/x>x</a>"))
        .on("/x", Content::html(""))
        .start()
        .unwrap();
    let pages = crawl(Crawl::builder([url(&site, "/")]));
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["/", "/1", "/x"]);
    assert_eq!(pages["/x"].depth, 2);
}

#[test]
fn redirects_are_hops_of_their_own() {
    let links = "<a href=/chain>1</a> <a href=/loop>2</a> <a href=/self>3</a> <a href=/long>4</a> <a href=/away>5</a> <a href=/nowhere>6</a>";
    let site = Site::empty()
        .on("/", Content::html(links))
        .redirect_chain("/chain", 3, "/end")
        .on("/end", Content::html("<title>End</title>"))
        .redirect_loop("/loop", 3)
        .redirect_loop("/self", 1)
        .redirect_chain("/long", 20, "/end")
        .on("/away", Reply::redirect(301, "http://elsewhere.invalid/"))
        .on("/nowhere", Reply::status(302))
        .start()
        .unwrap();
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(quick()));
    let hop = |path: &str| (pages[path].status, pages[path].redirect.clone(), pages[path].hops);
    assert_eq!(hop("/chain"), (Some(302), Some(site.url("/chain/1")), 0));
    assert_eq!(hop("/chain/2"), (Some(302), Some(site.url("/end")), 2));
    assert_eq!((pages["/end"].title.as_deref(), pages["/end"].hops), (Some("End"), 3));
    let problem = |path: &str| pages[path].problem.as_ref().map(|problem| problem.kind);
    assert_eq!(problem("/loop/2"), Some(ProblemKind::RedirectLoop));
    assert_eq!(problem("/self"), Some(ProblemKind::RedirectLoop));
    assert_eq!(problem("/long/10"), Some(ProblemKind::TooManyRedirects));
    assert!(!pages.contains_key("/long/11"));
    assert_eq!((problem("/away"), pages["/away"].redirect.as_deref()), (None, Some("http://elsewhere.invalid/")));
    assert_eq!(problem("/nowhere"), Some(ProblemKind::BadRedirect));
    assert!(pages["/loop/2"].is_broken() && !pages["/away"].is_broken());
    let mut asked = targets(&site);
    asked.dedup();
    assert_eq!(asked.len(), targets(&site).len(), "no hop is asked for twice");
}

#[test]
fn depth_is_the_distance_whatever_the_order() {
    // The short way to /far is slow, the long way quick.
    let slow = Reply::content(Content::html("<a href=/far>")).after(std::time::Duration::from_millis(200));
    let site = Site::empty()
        .on("/", Content::html("<a href=/slow></a><a href=/b></a>"))
        .on("/slow", slow)
        .on("/b", Content::html("<a href=/c>"))
        .on("/c", Content::html("<a href=/far>"))
        .on("/far", Content::html("<a href=/deepest>"))
        .on("/deepest", Content::html(""))
        .start()
        .unwrap();
    let scope = ScopeOptions { max_depth: Some(3), ..ScopeOptions::default() };
    let builder = Crawl::builder([url(&site, "/")]).scope(scope);
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let options = StoreOptions { by_level: true, ..StoreOptions::default() };
    let (_, pages) = run(async move { crawl_into(&state, options, builder).await });
    let pages = by_path(pages);
    assert_eq!(pages["/far"].depth, 2);
    assert_eq!(pages["/deepest"].depth, 3);
}

#[test]
fn limits_on_pages_and_bytes_stop_it_and_it_goes_on() {
    let site = Site::graph(Graph { pages: 200, ..Graph::default() }).start().unwrap();
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let mut seen = Vec::new();
    for (pages, expected) in [(Some(50), Why::Limit), (Some(120), Why::Limit), (None, Why::Finished)] {
        let builder =
            Crawl::builder([url(&site, "/")]).limits(Limits { pages, ..Limits::default() }).politeness(wide(64));
        let state = state.clone();
        let (ended, new) = run(async move { crawl_into(&state, StoreOptions::default(), builder).await });
        assert_eq!(ended.why, expected);
        assert_eq!(ended.counts.done, pages.unwrap_or(200));
        seen.extend(new);
    }
    assert_eq!(by_path(seen).len(), 200);
    assert_eq!(targets(&site).len(), 200);

    let site = Site::graph(Graph { pages: 200, ..Graph::default() }).start().unwrap();
    let limits = Limits { bytes: Some(100_000), concurrency: 2, ..Limits::default() };
    let pages = crawl(Crawl::builder([url(&site, "/")]).limits(limits));
    let bytes: u64 = pages.values().map(|page| page.bytes).sum();
    assert!((100_000..200_000).contains(&bytes), "{bytes}");
}

#[test]
fn the_scope_holds_at_every_link_and_hop() {
    let site = Site::empty()
        .on("/in/", Content::html("<a href=/out/>o</a><a href=x>x</a><a href=no.html>n</a><a href=hop>h</a>"))
        .on("/in/x", Content::html(""))
        .on("/in/no.html", Content::html(""))
        .on("/in/hop", Reply::redirect(302, "/out/hop"))
        .on("/out/*", Content::html(""))
        .start()
        .unwrap();
    let scope =
        ScopeOptions { region: Region::Prefix, exclude: vec!["no\\.html$".to_owned()], ..ScopeOptions::default() };
    let pages = crawl(Crawl::builder([url(&site, "/in/")]).scope(scope));
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["/in/", "/in/hop", "/in/x"]);
    assert_eq!(targets(&site), ["/in/", "/in/hop", "/in/x"]);
}

#[test]
fn a_stream_gives_the_same_pages() {
    let site = Site::graph(Graph { pages: 100, ..Graph::default() }).start().unwrap();
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let seed = url(&site, "/");
    let pages: Vec<Page> = run(async move {
        let store = Arc::new(Store::open(&state, StoreOptions::default()).unwrap());
        let crawl = Crawl::builder([seed]).build(store).unwrap();
        let mut stream = crawl.stream(true, CancellationToken::new());
        let mut pages = Vec::new();
        while let Some(page) = stream.next().await {
            pages.push(page);
        }
        assert_eq!(stream.ended().await.unwrap().why, Why::Finished);
        pages
    });
    assert!(pages.iter().all(|page| page.links.as_ref().is_some_and(|links| links.len() == page.link_count as usize)));
    assert_eq!(by_path(pages).len(), 100);
}

#[test]
fn draining_finishes_what_is_under_way_and_the_next_run_the_rest() {
    let site = Site::graph(Graph { pages: 120, ..Graph::default() }).start().unwrap();
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let seed = url(&site, "/");
    let first: Vec<Page> = run({
        let (state, seed) = (state.clone(), seed.clone());
        async move {
            let store = Arc::new(Store::open(&state, StoreOptions::default()).unwrap());
            let shutdown = Shutdown::default();
            let (drain, pages) = (shutdown.drain.clone(), Arc::new(std::sync::Mutex::new(Vec::new())));
            let seen = Arc::clone(&pages);
            let consumer = move |page: &Page| {
                let mut seen = seen.lock().unwrap();
                seen.push(page.clone());
                if seen.len() == 30 {
                    drain.cancel();
                }
            };
            let limits = Limits { concurrency: 4, ..Limits::default() };
            let ended =
                Crawl::builder([seed]).limits(limits).build(store).unwrap().run(consumer, shutdown).await.unwrap();
            assert_eq!(ended.why, Why::Shutdown);
            let pages = pages.lock().unwrap().clone();
            assert_eq!(pages.len() as u64, ended.counts.done);
            pages
        }
    });
    assert!((30..120).contains(&first.len()), "{}", first.len());
    let (_, rest) = run(async move { crawl_into(&state, StoreOptions::default(), Crawl::builder([seed])).await });
    assert_eq!(by_path(first.into_iter().chain(rest).collect()).len(), 120);
    assert_eq!(targets(&site).len(), 120, "nothing is fetched twice");
}
