//! Sites that misbehave: the crawl ends, says what happened for each, and stays inside its bounds.

mod support;

use common::site::{Content, Reply, RunningSite, Site};
use concurrent_scraper::address::ScopeOptions;
use concurrent_scraper::crawl::{Crawl, CrawlBuilder, Limits, Shutdown};
use concurrent_scraper::fetch::{AddressFilter, FetchLimits, FetchOptions, Proxy};
use concurrent_scraper::page::{Page, ProblemKind};
use concurrent_scraper::politeness::Politeness;
use concurrent_scraper::store::{Store, StoreOptions};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use support::{crawl, quick, url};

const LONG: Duration = Duration::from_secs(600);
/// The longest body.
const BODY: u64 = 1 << 20;

/// Links to what is to be tested, from `/`.
fn site(paths: &[&str], set_up: impl FnOnce(Site) -> Site) -> RunningSite {
    let links: String = paths.iter().map(|path| format!("<a href='{path}'>x</a>")).collect();
    set_up(Site::empty().on("/", Content::html(links))).start().unwrap()
}

fn impatient(site: &RunningSite) -> CrawlBuilder {
    let limits = FetchLimits {
        connect: Duration::from_secs(5),
        first_byte: Duration::from_secs(2),
        stall: Duration::from_secs(1),
        total: Duration::from_secs(10),
        body: BODY,
    };
    Crawl::builder([url(site, "/")])
        .politeness(Politeness { retries: 1, ..quick() })
        .fetch(FetchOptions { limits, ..FetchOptions::default() })
}

fn problems(pages: &BTreeMap<String, Page>) -> BTreeMap<&str, ProblemKind> {
    pages.iter().filter_map(|(path, page)| Some((path.as_str(), page.problem.as_ref()?.kind))).collect()
}

#[test]
fn bodies_that_are_not_what_they_promise() {
    let paths = ["/bomb", "/endless", "/stall", "/silent", "/cut", "/long", "/short", "/drip", "/ungzip"];
    let page = || Content::html(format!("<title>T</title><a href=/end>e</a>{}", "x".repeat(5_000)));
    let site = site(&paths, |site| {
        site.on("/bomb", Reply::content(Content::html("<a href=/end>e</a>".to_owned() + &"0".repeat(8 << 20))).gzip())
            .on("/endless", Reply::content(Content::html("<p>again ")).endless(u64::MAX))
            .on("/stall", Reply::content(page()).stall(1_000, LONG))
            .on("/silent", Reply::content(page()).after(LONG))
            .on("/cut", Reply::content(page()).cut_off(1_000))
            .on("/long", Reply::content(page()).claim_length(9_000))
            .on("/short", Reply::content(page()).claim_length(1_000))
            .on("/drip", Reply::content(page()).slow(1, Duration::from_millis(100)))
            .on("/ungzip", Reply::content(page()).header("Content-Encoding", "gzip"))
            .on("/end", Content::html(""))
    });
    let pages = crawl(impatient(&site));
    let expected = [
        ("/bomb", ProblemKind::TooLarge),
        ("/cut", ProblemKind::CutOff),
        ("/drip", ProblemKind::Timeout),
        ("/endless", ProblemKind::TooLarge),
        ("/long", ProblemKind::CutOff),
        ("/silent", ProblemKind::FirstByteTimeout),
        ("/stall", ProblemKind::Stalled),
        ("/ungzip", ProblemKind::Encoding),
    ];
    assert_eq!(problems(&pages), BTreeMap::from(expected), "{pages:#?}");
    assert_eq!((pages["/cut"].attempts, pages["/bomb"].attempts), (2, 1), "only what may pass is tried again");
    assert_eq!((pages["/bomb"].bytes, &pages["/bomb"].hash), (BODY, &None));
    assert_eq!((pages["/short"].bytes, pages["/short"].status), (1_000, Some(200)));
    assert!(pages.contains_key("/end"), "links of the part that came count");
}

#[cfg(feature = "compression")]
#[test]
fn brotli_and_zstd_are_unpacked_within_bounds() {
    const PACKED: [(&str, &str, &[u8]); 4] = [
        ("/page.br", "br", include_bytes!("support/packed/page.br")),
        ("/page.zst", "zstd", include_bytes!("support/packed/page.zst")),
        ("/bomb.br", "br", include_bytes!("support/packed/bomb.br")), // eight megabytes in 42 bytes
        ("/bomb.zst", "zstd", include_bytes!("support/packed/bomb.zst")),
    ];
    let site = site(&PACKED.map(|packed| packed.0), |site| {
        PACKED.into_iter().fold(site.on("/end", Content::html("")), |site, (path, encoding, bytes)| {
            site.on(path, Reply::content(Content::new("text/html", bytes)).header("Content-Encoding", encoding))
        })
    });
    let pages = crawl(impatient(&site));
    let too_large = ["/bomb.br", "/bomb.zst"].map(|path| (path, ProblemKind::TooLarge));
    assert_eq!(problems(&pages), BTreeMap::from(too_large), "{pages:#?}");
    for (page, bomb) in [("/page.br", "/bomb.br"), ("/page.zst", "/bomb.zst")] {
        assert_eq!((pages[page].title.as_deref(), pages[bomb].bytes), (Some("packed"), BODY));
    }
}

#[test]
fn contents_that_are_not_what_they_are_called() {
    let paths = ["/utf16", "/klingon", "/binary", "/empty", "/pdf.html", "/page.pdf", "/untyped", "/controls"];
    let noise: Vec<u8> = (0..100_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let odd = "<a href='java\nscript:alert(1)'>1</a><a href='data:text/html,x'>2</a><a href='/a\tb\u{1}'>3</a>\
               <a href='mailto:x@y'>4</a><a href='http://[::bad'>5</a><a href='//'>6</a><a href='\u{0}/z'>7</a>";
    let site = site(&paths, |site| {
        site.on("/utf16", Content::new("text/html; charset=utf-16", "<title>x</title>"))
            .on("/klingon", Content::new("text/html; charset=klingon", "<title>qapla'</title>"))
            .on("/binary", Content::new("text/html", noise))
            .on("/empty", Content::html(""))
            .on("/pdf.html", Content::new("application/pdf", "<a href=/no>no</a>"))
            .on("/page.pdf", Content::html("<a href=/yes>yes</a>"))
            .on("/untyped", Reply::content(Content::html("<a href=/yes>yes</a>")).header("Content-Type", ""))
            .on("/controls", Content::html(odd))
    });
    let pages = crawl(impatient(&site));
    assert_eq!(problems(&pages), BTreeMap::new());
    assert_eq!(pages["/klingon"].title.as_deref(), Some("qapla'"));
    assert!(pages.contains_key("/yes") && !pages.contains_key("/no"));
    assert!(pages.contains_key("/ab"), "{:?}", pages.keys());
    assert!(pages.keys().all(|path| !path.contains("alert") && !path.contains('\n')));
}

#[test]
fn connections_that_break() {
    let secure = Site::empty().start().unwrap();
    let tls = format!("https://{}/", secure.address());
    let closed = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", gone.local_addr().unwrap())
    };
    let paths = ["/reset", "/close", "/huge", &tls, &closed, "http://nothing.invalid/x"];
    let site = site(&paths, |site| {
        site.on("/reset", Reply::reset())
            .on("/close", Reply::close())
            .on("/huge", Reply::content(Content::html("")).header("X-Huge", &"x".repeat(100 << 20)))
    });
    let scope = ScopeOptions { region: concurrent_scraper::address::Region::Any, ..ScopeOptions::default() };
    let pages = {
        let scratch = common::Scratch::new().unwrap();
        let state = scratch.path().join("state");
        let builder = impatient(&site).scope(scope);
        support::run(async move { support::crawl_into(&state, Default::default(), builder).await }).1
    };
    let of = |url: &str| {
        let page = pages.iter().find(|page| page.url == url).unwrap_or_else(|| panic!("{url} is missing"));
        page.problem.as_ref().map(|problem| problem.kind)
    };
    assert_eq!(of(&site.url("/reset")), Some(ProblemKind::CutOff));
    assert_eq!(of(&site.url("/close")), Some(ProblemKind::CutOff));
    assert_eq!(of(&site.url("/huge")), Some(ProblemKind::Protocol));
    assert_eq!(of(&tls), Some(ProblemKind::Tls));
    assert_eq!(of(&closed), Some(ProblemKind::Connect));
    assert_eq!(of("http://nothing.invalid/x"), Some(ProblemKind::Dns));
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    let seed = url::Url::parse(&format!("https://{}/", support::tls::start())).unwrap();
    let page = |fetch| {
        let politeness = Politeness { robots: false, retries: 1, ..quick() };
        let mut pages = crawl(Crawl::builder([seed.clone()]).fetch(fetch).politeness(politeness));
        let page = pages.remove("/").unwrap();
        (page.title, page.problem.map(|problem| problem.kind))
    };
    let secret = (Some("secret".to_owned()), None);
    assert_eq!(page(FetchOptions::default()), (None, Some(ProblemKind::Tls)));
    let certificates = vec![support::tls::CERTIFICATE.to_vec()];
    assert_eq!(page(FetchOptions { certificates, ..FetchOptions::default() }), secret, "the user vouches for it");
    assert_eq!(page(FetchOptions { insecure: true, ..FetchOptions::default() }), secret, "the user wants it so");
}

#[test]
fn everything_goes_through_the_proxy() {
    let site = site(&["/a", "/b"], |site| site.robots("").on("/a", Content::html("")).on("/b", Content::html("")));
    let proxy = support::proxy::Proxy::before(site.address());
    let fetch = FetchOptions { proxy: Proxy::Url(proxy.url()), ..FetchOptions::default() };
    // Nobody but the proxy knows this name.
    let seed = url::Url::parse("http://site.invalid/").unwrap();
    let pages = crawl(Crawl::builder([seed]).fetch(fetch).politeness(quick()));
    assert_eq!((problems(&pages), pages.len()), (BTreeMap::new(), 3));
    assert_eq!(proxy.asked(), ["/", "/a", "/b", "/robots.txt"].map(|path| format!("http://site.invalid{path}")));
}

/// The consumer is the bottleneck. What was fetched and not taken waits in groups, of which there is room for few.
#[test]
fn a_slow_consumer_slows_the_crawl_down() {
    const PAGES: usize = 1_200;
    /// Groups of at most 64: one being taken, two in the queue, one before it, one being made; and what is under way.
    const AHEAD: usize = 5 * 64 + 100;
    let paths: Vec<String> = (0..PAGES).map(|number| format!("/{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let site = Arc::new(site(&paths, |site| site.robots("").on("/*", Content::html(""))));
    let (served, most) = (Arc::clone(&site), Arc::new(AtomicUsize::new(0)));
    let (seen, builder) = (Arc::clone(&most), impatient(&site));
    let taken = support::run(async move {
        let scratch = common::Scratch::new().unwrap();
        let store = Arc::new(Store::open(&scratch.path().join("state"), StoreOptions::default()).unwrap());
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let consumer = move |_: &Page| {
            std::thread::sleep(Duration::from_millis(3)); // slower than the crawl: nothing is ordered by it
            let taken = count.fetch_add(1, Relaxed);
            seen.fetch_max(served.requests().len().saturating_sub(taken), Relaxed);
        };
        builder.build(store).unwrap().run(consumer, Shutdown::default()).await.unwrap();
        taken.load(Relaxed)
    });
    let most = most.load(Relaxed);
    assert_eq!(taken, PAGES + 1);
    assert!(most <= AHEAD, "{most} pages were ahead of the consumer");
    assert!(most > 64, "{most} pages were ahead: the consumer was not slow, and nothing is shown");
}

#[test]
fn an_endless_trap_ends_at_the_limits() {
    let trap = || Site::empty().on("/*", Reply::trap(3)).start().unwrap();
    let (deep, many) = (trap(), trap());
    let scope = ScopeOptions { max_depth: Some(4), ..ScopeOptions::default() };
    assert_eq!(crawl(impatient(&deep).scope(scope)).len(), 1 + 3 + 9 + 27 + 81);
    let limits = Limits { pages: Some(50), ..Limits::default() };
    assert_eq!(crawl(impatient(&many).limits(limits)).len(), 50);
}

#[test]
fn a_million_links_on_a_page() {
    let links: String = (0..1_000_000).map(|link| format!("<a href=/m/{link}>")).collect();
    let site = Site::empty().on("/", Content::html(links)).start().unwrap();
    let scope = ScopeOptions { exclude: vec!["/m/".to_owned()], ..ScopeOptions::default() };
    let extraction = concurrent_scraper::extract::Limits { links: 5_000, ..Default::default() };
    let pages = crawl(impatient(&site).scope(scope).extraction(extraction));
    assert_eq!((pages["/"].link_count, pages["/"].truncated), (5_000, true));
    assert_eq!(problems(&pages), BTreeMap::from([("/", ProblemKind::TooLarge)]));
}

#[test]
fn a_robots_txt_without_end_or_in_circles() {
    let endless = Site::empty()
        .on("/robots.txt", Reply::content(Content::text("User-agent: *\nDisallow: /private\n")).endless(100 << 20))
        .on("/", Content::html("<a href=/private>p</a>"))
        .start()
        .unwrap();
    let pages = crawl(impatient(&endless));
    assert_eq!(problems(&pages), BTreeMap::from([("/private", ProblemKind::Robots)]));
    let sent = endless.requests().iter().filter(|request| request.target == "/robots.txt").map(|r| r.bytes).max();
    assert!(sent < Some(20 << 20), "{sent:?} of it were taken");
    let circle = Site::empty().redirect_loop("/robots.txt", 2).on("/", Content::html("")).start().unwrap();
    assert_eq!(problems(&crawl(impatient(&circle))), BTreeMap::new());
}

#[test]
fn a_host_that_refuses_for_ever_is_given_up() {
    let paths: Vec<String> = (0..100).map(|number| format!("/{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let site = site(&paths, |site| site.robots("").on("/*", Reply::status(429)));
    let pages = crawl(impatient(&site).politeness(Politeness {
        retries: 1,
        per_host: 1,
        give_up_after: 3,
        back_off: Duration::from_millis(1),
        ..Politeness::default()
    }));
    assert_eq!(pages.len(), 101);
    let given_up =
        pages.values().filter(|page| page.problem.as_ref().is_some_and(|p| p.kind == ProblemKind::Unavailable));
    assert!(given_up.count() >= 90);
    assert!(support::targets(&site).len() < 20);
}

#[test]
fn addresses_that_are_not_to_be_connected_to() {
    let inner = Site::empty().on("/*", Content::html("secret")).start().unwrap();
    let port = inner.address().port();
    let fetch =
        FetchOptions { addresses: AddressFilter::new(|address| !address.is_loopback()), ..FetchOptions::default() };
    for host in ["localhost", "127.0.0.1", "0x7f.1"] {
        let seed = url::Url::parse(&format!("http://{host}:{port}/")).unwrap();
        let pages =
            crawl(Crawl::builder([seed]).fetch(fetch.clone()).politeness(Politeness { robots: false, ..quick() }));
        assert_eq!(problems(&pages), BTreeMap::from([("/", ProblemKind::Address)]), "{host}");
    }
    assert!(inner.requests().is_empty());
}

/// DNS rebinding: a name that means something else when it is asked for again. What was checked is what is connected to.
#[cfg(target_os = "linux")] // where all of 127.0.0.0/8 is this machine
#[test]
fn a_name_that_changes_its_meaning_leads_nowhere_else() {
    use reqwest::dns::{Addrs, Name, Resolve, Resolving};
    use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const HIDDEN: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));

    struct Rebinding(AtomicUsize);

    impl Resolve for Rebinding {
        fn resolve(&self, _: Name) -> Resolving {
            let again = self.0.fetch_add(1, Ordering::Relaxed) > 0;
            let address = SocketAddr::new(if again { HIDDEN } else { Ipv4Addr::LOCALHOST.into() }, 0);
            Box::pin(std::future::ready(Ok(Box::new(std::iter::once(address)) as Addrs)))
        }
    }

    let door = Site::empty().on("/", Content::html("<title>door</title>")).start().unwrap();
    let port = door.address().port();
    let hidden = TcpListener::bind((HIDDEN, port)).unwrap();
    hidden.set_nonblocking(true).unwrap();
    let fetch = FetchOptions {
        addresses: AddressFilter::new(|address| address != HIDDEN),
        resolver: Some(Arc::new(Rebinding(AtomicUsize::new(0)))),
        ..FetchOptions::default()
    };
    let mut seen = Vec::new();
    for _ in 0..2 {
        let seed = url::Url::parse(&format!("http://rebinding.test:{port}/")).unwrap();
        let politeness = Politeness { robots: false, ..quick() };
        let pages = crawl(Crawl::builder([seed]).fetch(fetch.clone()).politeness(politeness));
        seen.push(pages["/"].problem.as_ref().map(|problem| problem.kind));
    }
    assert_eq!(seen, [None, Some(ProblemKind::Address)]);
    assert!(hidden.accept().is_err(), "nobody has come");
}
