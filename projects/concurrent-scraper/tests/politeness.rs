//! A site that counts: how many at a time, how far apart, and who was asked what.

mod support;

use common::site::{Content, Graph, Reply, Request, Site};
use concurrent_scraper::crawl::{Crawl, Limits};
use concurrent_scraper::fetch::FetchOptions;
use concurrent_scraper::page::ProblemKind;
use concurrent_scraper::politeness::Politeness;
use concurrent_scraper::store::{Store, StoreOptions};
use std::time::{Duration, Instant, SystemTime};
use support::{crawl, crawl_into, quick, run, targets, url};

/// A page of links to `/0` to `/{links - 1}`.
fn page_of_links(links: usize) -> Content {
    Content::html((0..links).map(|link| format!("<a href=/{link}>{link}</a>")).collect::<String>())
}

fn starts(requests: &[Request]) -> Vec<Instant> {
    let mut starts: Vec<_> = requests.iter().map(|request| request.started).collect();
    starts.sort();
    starts
}

fn smallest_gap(requests: &[Request]) -> Duration {
    starts(requests).windows(2).map(|pair| pair[1] - pair[0]).min().unwrap()
}

#[test]
fn no_more_at_a_time_than_the_limit_per_host() {
    let site =
        Site::graph(Graph { pages: 150, ..Graph::default() }).latency(Duration::from_millis(10)).start().unwrap();
    let politeness = Politeness { per_host: 3, ..quick() };
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(politeness));
    assert_eq!(pages.len(), 150);
    assert_eq!(site.in_flight_peak(), 3, "as many as it may, and no more");
}

#[test]
fn a_global_limit_over_two_hosts() {
    let sites: Vec<_> = (0..2)
        .map(|seed| Site::graph(Graph { pages: 60, seed, ..Graph::default() }))
        .map(|site| site.latency(Duration::from_millis(10)).start().unwrap())
        .collect();
    let limits = Limits { concurrency: 4, ..Limits::default() };
    let pages = crawl_two(&sites, limits);
    assert_eq!(pages, 120);
    let mut steps: Vec<_> = sites
        .iter()
        .flat_map(common::site::RunningSite::requests)
        .flat_map(|request| [(request.started, 1), (request.ended.unwrap(), -1)])
        .collect();
    steps.sort();
    let most = steps
        .iter()
        .scan(0, |level, (_, step)| {
            *level += step;
            Some(*level)
        })
        .max();
    assert!(most <= Some(4), "{most:?}");
}

fn crawl_two(sites: &[common::site::RunningSite], limits: Limits) -> usize {
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let builder = Crawl::builder(sites.iter().map(|site| url(site, "/"))).limits(limits);
    run(async move { crawl_into(&state, StoreOptions::default(), builder).await }).1.len()
}

#[test]
fn gaps_are_never_below_the_delay() {
    let delay = Duration::from_millis(30);
    let site = Site::empty().on("/*", Content::html("")).on("/", page_of_links(30)).start().unwrap();
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(Politeness { delay, ..quick() }));
    assert_eq!(pages.len(), 31);
    assert!(smallest_gap(&site.requests()) >= delay, "{:?}", smallest_gap(&site.requests()));
}

#[test]
fn a_crawl_delay_counts_and_has_a_limit() {
    let site =
        |robots| Site::empty().robots(robots).on("/*", Content::html("")).on("/", page_of_links(10)).start().unwrap();
    let polite = site("User-agent: *\nCrawl-delay: 0.05\n");
    assert_eq!(crawl(Crawl::builder([url(&polite, "/")]).politeness(quick())).len(), 11);
    assert!(smallest_gap(&polite.requests()) >= Duration::from_millis(50));
    let absurd = site("User-agent: *\nCrawl-delay: 86400\n");
    let politeness = Politeness { longest_crawl_delay: Duration::from_millis(1), ..quick() };
    assert_eq!(crawl(Crawl::builder([url(&absurd, "/")]).politeness(politeness)).len(), 11);
}

/// The requests that arrived while the host wanted none.
fn inside(requests: &[Request], from: Instant, wait: Duration) -> Vec<&Request> {
    requests.iter().filter(|request| request.started > from && request.started < from + wait).collect()
}

#[test]
fn no_request_inside_a_retry_after() {
    // The refusal comes when all that may be under way have arrived, and before any of them ends: so no request is on
    // its way while the refusal is.
    let refusal = Reply::retry_after(429, 1).after(Duration::from_millis(150)).times(1).then(Content::html("better"));
    let site = Site::empty()
        .on("/*", Reply::content(Content::html("")).after(Duration::from_millis(500)))
        .on("/", page_of_links(40))
        .on("/0", refusal)
        .start()
        .unwrap();
    let politeness = Politeness { per_host: 16, ..quick() };
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(politeness));
    assert_eq!((pages["/0"].status, pages["/0"].attempts), (Some(200), 2));
    assert_eq!(pages.len(), 41);
    let requests = site.requests();
    let refused = requests.iter().find(|request| request.status == Some(429)).unwrap().ended.unwrap();
    let early = inside(&requests, refused, Duration::from_secs(1));
    assert!(early.is_empty(), "{early:?}");
}

#[test]
fn a_retry_after_may_be_a_date() {
    let date = SystemTime::now() + Duration::from_secs(3);
    let refusal = Reply::status(503).header("Retry-After", &httpdate::fmt_http_date(date));
    let site = Site::empty().on("/", refusal.times(1).then(Content::html("better"))).start().unwrap();
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(quick()));
    assert_eq!((pages["/"].status, pages["/"].attempts), (Some(200), 2));
    let last = site.requests().last().unwrap().started;
    let waited_until = SystemTime::now() - last.elapsed();
    // A date has whole seconds.
    assert!(waited_until >= date - Duration::from_secs(1), "{waited_until:?} {date:?}");
}

#[test]
fn a_host_that_asks_for_too_much_is_left_alone() {
    let site = Site::empty()
        .on("/*", Content::html(""))
        .on("/", page_of_links(20))
        .on("/0", Reply::retry_after(429, 86_400))
        .start()
        .unwrap();
    let politeness = Politeness { per_host: 1, ..quick() };
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(politeness));
    assert_eq!(targets(&site), ["/", "/0"]);
    assert_eq!(pages["/0"].status, Some(429));
    assert_eq!(pages.len(), 21);
    assert_eq!(pages["/19"].problem.as_ref().map(|problem| problem.kind), Some(ProblemKind::Unavailable));
}

#[test]
fn what_may_pass_is_tried_again() {
    let site = Site::empty()
        .on("/", page_of_links(4))
        .on("/0", common::site::Script::fail_then_serve(500, 2).then(Content::html("at last")))
        .on("/1", Reply::status(503))
        .on("/2", Reply::reset().times(1).then(Content::html("")))
        .on("/3", Reply::status(404))
        .start()
        .unwrap();
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(quick()));
    let of = |path: &str| (pages[path].status, pages[path].attempts);
    assert_eq!(of("/0"), (Some(200), 3));
    assert_eq!(of("/1"), (Some(503), 4));
    assert_eq!(of("/2"), (Some(200), 2));
    assert_eq!(of("/3"), (Some(404), 1));
}

#[test]
fn robots_txt_by_its_status() {
    let pages_with = |robots: Reply| {
        let site = Site::empty().on("/*", Content::html("")).on("/", page_of_links(2)).on("/robots.txt", robots);
        let site = site.redirect_chain("/five", 4, "/rules").redirect_chain("/six", 5, "/rules");
        let site = site.on("/rules", Content::text("User-agent: *\nDisallow: /1\n")).start().unwrap();
        let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(quick()));
        let kind = |path: &str| pages.get(path).map(|page| page.problem.as_ref().map(|problem| problem.kind));
        (kind("/"), kind("/0"), kind("/1"))
    };
    let all = (Some(None), Some(None), Some(None));
    let rules = (Some(None), Some(None), Some(Some(ProblemKind::Robots)));
    let nothing = (Some(Some(ProblemKind::RobotsUnreachable)), None, None);
    assert_eq!(pages_with(Reply::content(Content::text("User-agent: *\nDisallow: /1\n"))), rules);
    assert_eq!(pages_with(Reply::status(404)), all);
    assert_eq!(pages_with(Reply::status(403)), all);
    assert_eq!(pages_with(Reply::status(503)), nothing);
    assert_eq!(pages_with(Reply::redirect(301, "/five")), rules);
    assert_eq!(pages_with(Reply::redirect(301, "/six")), all);
    assert_eq!(pages_with(Reply::close()).0, Some(Some(ProblemKind::CutOff)));
}

#[test]
fn robots_txt_is_asked_once_and_what_it_forbids_is_not() {
    let site = Site::empty()
        .on("/*", Content::html(""))
        .on("/", page_of_links(20))
        .robots("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /1\n")
        .start()
        .unwrap();
    let pages = crawl(Crawl::builder([url(&site, "/")]).politeness(quick()));
    let asked: Vec<_> = site.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(asked.iter().filter(|target| *target == "/robots.txt").count(), 1);
    assert_eq!(asked[0], "/robots.txt");
    assert!(!asked.iter().any(|target| target.starts_with("/1")));
    assert_eq!((pages["/10"].attempts, pages["/10"].is_broken()), (0, false));
    let ignored = Politeness { robots: false, ..quick() };
    assert_eq!(crawl(Crawl::builder([url(&site, "/")]).politeness(ignored))["/10"].status, Some(200));
}

#[test]
fn nofollow_when_asked() {
    let site = || {
        Site::empty()
            .on("/", Content::html("<a rel=nofollow href=/0>0</a><a href=/1>1</a><a href=/2>2</a>"))
            .on("/1", Content::html("<meta name=robots content='noindex,nofollow'><a href=/3>3</a>"))
            .on("/2", Reply::content(Content::html("<a href=/4>4</a>")).header("X-Robots-Tag", "none"))
            .on("/*", Content::html(""))
            .start()
            .unwrap()
    };
    let first = site();
    let pages = crawl(Crawl::builder([url(&first, "/")]).politeness(Politeness { no_follow: true, ..quick() }));
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["/", "/1", "/2"]);
    assert!(!pages["/"].no_index && pages["/1"].no_index && pages["/2"].no_index);
    let second = site();
    assert_eq!(crawl(Crawl::builder([url(&second, "/")])).len(), 6);
}

#[test]
fn a_second_crawl_asks_what_has_changed() {
    let pages = |first: &str| format!("<title>{first}</title><a href=/1>1</a>");
    let changing = Reply::content(Content::html(pages("old"))).times(1).then(Content::html(pages("new")));
    let site =
        Site::empty().on("/", changing).on("/1", Content::html("<title>same</title><a href=/>b</a>")).start().unwrap();
    let scratch = common::Scratch::new().unwrap();
    let state = scratch.path().join("state");
    let seed = url(&site, "/");
    let (first, second) = run({
        let state = state.clone();
        async move {
            let options = StoreOptions::default();
            let (_, first) = crawl_into(&state, options, Crawl::builder([seed.clone()])).await;
            let store = Store::open(&state, options).unwrap();
            store.again(false).await.unwrap();
            store.close().await;
            let (_, second) = crawl_into(&state, options, Crawl::builder([seed])).await;
            (first, second)
        }
    });
    assert_eq!(first.len(), 2);
    // By name: both are asked at once, and either may answer first.
    let again = |path: &str| {
        let page = second.iter().find(|page| page.url == site.url(path)).unwrap();
        (page.title.as_deref(), page.not_modified, page.status)
    };
    assert_eq!(again("/"), (Some("new"), false, Some(200)));
    assert_eq!(again("/1"), (Some("same"), true, Some(200)));
    let rows = support::rows(&state);
    let same = rows.iter().find(|row| row.page.url == site.url("/1")).unwrap();
    assert_eq!(same.page.links.as_ref().unwrap()[0].url, site.url("/"));
    assert_eq!(site.requests().iter().filter(|request| request.status == Some(304)).count(), 1);
}

#[test]
fn secrets_stay_with_the_seeds_hosts() {
    let stranger = Site::empty().on("/*", Content::html("")).start().unwrap();
    let home = Site::empty()
        .on(
            "/",
            Reply::content(Content::html(format!("<a href=/1>1</a><a href={}>s</a>", stranger.url("/x"))))
                .header("Set-Cookie", "a=b"),
        )
        .on("/1", Reply::redirect(302, &stranger.url("/y")))
        .start()
        .unwrap();
    let fetch = FetchOptions {
        headers: vec![("X-Key".to_owned(), "secret".to_owned())],
        login: Some(("me".to_owned(), "pass".to_owned())),
        cookies: true,
        user_agent: "tester/1.0 (+https://example.com/bot)".to_owned(),
        ..FetchOptions::default()
    };
    let scope = concurrent_scraper::address::ScopeOptions {
        region: concurrent_scraper::address::Region::Any,
        ..Default::default()
    };
    crawl(Crawl::builder([url(&home, "/")]).scope(scope).fetch(fetch));
    let requests = home.requests();
    assert!(requests.iter().all(|request| request.header("X-Key") == Some("secret")));
    assert!(requests.iter().all(|request| request.header("Authorization") == Some("Basic bWU6cGFzcw==")));
    assert_eq!(requests.iter().find(|request| request.target == "/1").unwrap().header("Cookie"), Some("a=b"));
    let requests = stranger.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!((request.header("X-Key"), request.header("Authorization")), (None, None), "{}", request.target);
        assert_eq!(request.header("User-Agent"), Some("tester/1.0 (+https://example.com/bot)"));
    }
}
