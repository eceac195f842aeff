//! The service asks for what strangers name, so it must not be talked into asking this machine or its network.

#[path = "work/support.rs"]
mod support;

use async_api::config::Settings;
use async_api::model::{Audit, AuditState, Finding, PageRecord};
use common::site::{Content, Reply, Site};
use support::{Office, asked, loopback, options, run};

/// Audits of these URLs with these limits, each by a service of its own, all at once.
fn audits(urls: Vec<String>, limits: async_api::config::AuditLimits) -> Vec<(Audit, Vec<PageRecord>, Vec<Finding>)> {
    run(async move {
        let office = Office::new().await;
        let mut settings = office.settings();
        settings.audits = limits;
        settings.jobs.workers = urls.len();
        let workers = office.start(settings);
        let mut audits = Vec::new();
        for url in urls {
            audits.push(office.create(&url, options()).await);
        }
        let mut done = Vec::new();
        for id in audits {
            done.push((office.until_over(id).await, office.pages(id).await, office.findings(id).await));
        }
        support::finish(workers).await;
        done
    })
}

fn is_refused(page: &PageRecord) -> bool {
    page.broken && page.status.is_none() && page.problem.as_ref().is_some_and(|problem| problem.starts_with("address"))
}

#[test]
fn this_machine_is_refused_however_it_is_spelled() {
    let site = Site::empty().on("/", Content::html("<title>secret</title>")).start().unwrap();
    let port = site.address().port();
    let hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.01",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "localhost",
        "LOCALHOST",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "127.0.0.1.",
        "user:password@127.0.0.1",
    ];
    let urls: Vec<String> = hosts.iter().map(|host| format!("http://{host}:{port}/")).collect();
    for (url, (audit, pages, findings)) in urls.clone().iter().zip(audits(urls, Settings::default().audits)) {
        assert_eq!(audit.state, AuditState::Done, "{url}");
        assert!(pages.len() == 1 && is_refused(&pages[0]), "{url}: {pages:?}");
        assert_eq!(findings.len(), 1, "{url}: the one who asked is told");
    }
    assert_eq!(site.requests().len(), 0, "not even robots.txt");
}

#[test]
fn addresses_of_machines_near_by_are_not_tried() {
    // None of these answers; what counts is that nobody tries, or it would take until a timeout.
    let hosts = ["10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.100.100.200", "[fd00:ec2::254]"];
    let urls: Vec<String> = hosts.iter().map(|host| format!("http://{host}/latest/meta-data/")).collect();
    for (audit, pages, _) in audits(urls, Settings::default().audits) {
        assert!(pages.len() == 1 && is_refused(&pages[0]), "{}: {pages:?}", audit.url);
    }
}

#[test]
fn what_the_operator_allows_is_visited_also_by_name() {
    let site = Site::empty().on("/", Content::html("<title>intranet</title>")).start().unwrap();
    let port = site.address().port();
    let urls = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"].map(|host| format!("http://{host}:{port}/")).to_vec();
    let mut done = audits(urls, loopback());
    // A system may not reach an IPv4 listener by a mapped address; it was allowed to try.
    let mapped = done.pop().unwrap();
    assert!(!is_refused(&mapped.1[0]), "{:?}", mapped.1);
    for (audit, pages, _) in done {
        assert_eq!(pages[0].title.as_deref(), Some("intranet"), "{}: {pages:?}", audit.url);
    }
}

#[test]
fn a_redirect_is_a_new_question() {
    let hidden = Site::empty().on("/", Content::html("<title>secret</title>")).start().unwrap();
    let mapped = hidden.url("/").replace("127.0.0.1", "[::ffff:10.0.0.1]");
    let door = Site::empty()
        .on("/", Content::html("<a href=/1>1</a><a href=/2>2</a><a href=/3>3</a><a href=/4>4</a>"))
        .on("/1", Reply::redirect(302, &hidden.url("/")))
        .on("/2", Reply::redirect(307, &mapped))
        .on("/3", Reply::redirect(301, "file:///etc/passwd"))
        .on("/4", Reply::redirect(302, "http://169.254.169.254/latest/meta-data/"))
        .start()
        .unwrap();
    let (_, pages, _) = audits(vec![door.url("/")], loopback()).pop().unwrap();
    let mut urls: Vec<_> = pages.iter().map(|page| page.url.as_str()).collect();
    urls.sort_unstable();
    assert_eq!(urls, ["/", "/1", "/2", "/3", "/4"].map(|path| door.url(path)), "none of the targets");
    let file = pages.iter().find(|page| page.url == door.url("/3")).unwrap();
    assert!(
        file.broken && file.problem.as_ref().is_some_and(|problem| problem.starts_with("bad_redirect")),
        "{file:?}"
    );
    assert_eq!(hidden.requests().len(), 0);
}

/// Where the start redirects to another host, that host is audited, too: if its address may be connected to.
#[test]
fn nor_is_the_start_an_exception() {
    let metadata = "http://169.254.169.254/latest/meta-data/";
    let hidden = Site::empty().on("/", Content::html("<title>secret</title>")).start().unwrap();
    let mapped = hidden.url("/").replace("127.0.0.1", "[::1]");
    let door = Site::empty()
        .on("/metadata", Reply::redirect(302, metadata))
        .on("/mapped", Reply::redirect(302, "/mapped/1"))
        .on("/mapped/1", Reply::redirect(302, &mapped))
        .start()
        .unwrap();
    for (path, hops, target) in [("/metadata", 1, metadata), ("/mapped", 2, &mapped)] {
        let (_, pages, findings) = audits(vec![door.url(path)], loopback()).pop().unwrap();
        assert!(pages.len() == hops + 1 && pages[hops].url == target && is_refused(&pages[hops]), "{pages:?}");
        assert_eq!(findings.len(), 2, "a redirect that ends in something broken: {findings:?}");
    }
    assert_eq!(hidden.requests().len(), 0);
}

/// robots.txt is asked for, and its redirects followed, by the same rules.
#[test]
fn nor_does_robots_txt_lead_anywhere_else() {
    let hidden = Site::empty().on("/*", Content::text("User-agent: *\nDisallow: /\n")).start().unwrap();
    let port = hidden.address().port();
    let door = Site::empty()
        .on("/", Content::html("<title>door</title>"))
        .on("/robots.txt", Reply::redirect(302, &format!("http://[::1]:{port}/robots.txt")))
        .start()
        .unwrap();
    let (_, pages, _) = audits(vec![door.url("/")], loopback()).pop().unwrap();
    assert!(pages.len() == 1 && is_refused(&pages[0]), "{pages:?}");
    assert_eq!((hidden.requests().len(), asked(&door).len()), (0, 0));
}

#[test]
fn nothing_but_http_is_crawled() {
    let done = audits(vec!["file:///etc/passwd".to_owned(), "ftp://example.com/".to_owned()], loopback());
    for (audit, pages, _) in done {
        assert_eq!((audit.state, audit.attempt, pages.len()), (AuditState::Failed, 1, 0), "{audit:?}");
        assert!(audit.error.as_ref().unwrap().contains("neither http nor https"), "{audit:?}");
    }
}
