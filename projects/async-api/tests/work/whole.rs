//! Whole audits, and exactly what they find.

use crate::support::{Office, asked, options, run};
use async_api::model::{AuditOptions, AuditState, Counts, Detail, Finding, FindingKind, Image};
use common::site::{Content, Reply, RunningSite, Site};
use std::collections::BTreeMap;
use std::time::Duration;

fn page(title: &str, links: &[&str]) -> Content {
    let links: String = links.iter().map(|link| format!("<a href=\"{link}\">x</a>\n")).collect();
    Content::html(format!("<!DOCTYPE html><title>{title}</title>{links}"))
}

fn broken(url: String, status: Option<u16>, problem: Option<&str>, linked_from: &[String]) -> Finding {
    let (linked_from, links) = (linked_from.to_vec(), linked_from.len() as u64);
    finding(url, Detail::Broken { status, problem: problem.map(str::to_owned), linked_from, links })
}

fn redirect(url: String, hops: &[String], end: &str) -> Finding {
    let statuses = vec![Some(302); hops.len()];
    finding(url, Detail::Redirect { hops: hops.to_vec(), statuses, end: end.to_owned() })
}

fn finding(url: String, detail: Detail) -> Finding {
    Finding { number: 0, kind: detail.kind(), url, detail }
}

fn site_of_everything() -> RunningSite {
    let images: String = (0..25).map(|number| format!("<img src=\"/{number}.png\">")).collect();
    let links = ["/a", "/b", "/missing", "/old", "/away", "/loop", "/slow", "/cut", "/private/x", "http://192.0.2.1/"];
    let links: String = links.iter().map(|link| format!("<a href=\"{link}\">x</a>")).collect();
    Site::empty()
        .robots("User-agent: *\nDisallow: /private/\n")
        .on("/", Content::html(format!("<title>Home</title>{links}{images}")))
        .on("/a", page("Same", &["/missing", "/"]))
        .on("/b", Content::html("<title> Same </title><a href=/missing>1</a><img src=/missing><img src=data:image/x,>"))
        .redirect_chain("/old", 2, "/a")
        .on("/away", Reply::redirect(302, "/missing"))
        .redirect_loop("/loop", 2)
        .on("/slow", Reply::content(page("Slow", &[])).after(Duration::from_millis(2_100)))
        .on("/cut", Reply::content(page("Same", &["/a", "/b"])).cut_off(60))
        .start()
        .unwrap()
}

#[test]
fn an_audit_finds_what_there_is() {
    let site = site_of_everything();
    let url = |path: &str| site.url(path);
    let start = url("/");
    let (audit, pages, findings, left) = run(async move {
        let office = Office::new().await;
        let options = AuditOptions { slow_ms: 2_000, ..options() };
        let (audit, id) = office.whole(office.settings(), &start, options).await;
        (audit, office.pages(id).await, office.findings(id).await, office.crawls())
    });
    let loop_problem = format!("redirect_loop: {} leads back here", url("/loop"));
    let cut_problem = pages.iter().find(|page| page.url == url("/cut")).and_then(|page| page.problem.clone()).unwrap();
    assert!(cut_problem.starts_with("cut_off: "), "{cut_problem}");
    let expected = [
        broken(url("/missing"), Some(404), None, &[url("/"), url("/a"), url("/away"), url("/b")]),
        broken(url("/cut"), Some(200), Some(&cut_problem), &[url("/")]),
        broken(url("/loop/1"), Some(302), Some(&loop_problem), &[url("/loop")]),
        redirect(url("/away"), &[url("/missing")], "broken"),
        redirect(url("/loop"), &[url("/loop/1"), url("/loop")], "loop"),
        redirect(url("/old"), &[url("/old/1"), url("/a")], "page"),
    ];
    let slow = findings.iter().find(|finding| finding.kind == FindingKind::SlowPage).unwrap().clone();
    assert!(matches!(slow.detail, Detail::Slow { total_ms: 2_100.., first_byte_ms: 2_000.., bytes: 1.. }), "{slow:?}");
    assert_eq!(slow.url, url("/slow"));
    let same = Detail::Titles { title: "Same".to_owned(), pages: vec![url("/a"), url("/b")], count: 2 };
    let expected = expected.into_iter().chain([slow, finding(url("/a"), same)]);
    let expected: Vec<_> = (1..).zip(expected).map(|(number, finding)| Finding { number, ..finding }).collect();
    assert_eq!(findings, expected);

    let kinds = [("broken_link", 3), ("redirect", 3), ("slow_page", 1), ("duplicate_title", 1)];
    assert_eq!(audit.findings, BTreeMap::from(kinds.map(|(kind, count)| (kind.to_owned(), count))));
    assert_eq!((audit.state, audit.error, audit.attempt), (AuditState::Done, None, 1));
    assert_eq!(left, Vec::<String>::new(), "the crawl's state is deleted");

    let visited: Vec<(u64, String, u32)> =
        pages.iter().map(|page| (page.number, page.url.clone(), page.depth)).collect();
    let paths =
        ["/", "/a", "/b", "/missing", "/old", "/away", "/loop", "/slow", "/private/x", "/old/1", "/loop/1", "/cut"];
    let mut at: Vec<String> = visited.iter().map(|(_, url, _)| url.clone()).collect();
    at.sort();
    let mut urls = paths.map(url).to_vec();
    urls.sort();
    assert_eq!(at, urls);
    assert_eq!(visited.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), (1..=12).collect::<Vec<u64>>());
    assert!(visited.iter().all(|(_, url, depth)| *depth == u32::from(*url != site.url("/"))));
    let bytes = pages.iter().map(|page| page.bytes).sum();
    assert_eq!(audit.counts, Counts { pages: 12, pending: 0, bytes, broken: 3 });

    let of = |path: &str| pages.iter().find(|page| page.url == url(path)).unwrap();
    let images: Vec<_> = (0..20).map(|number| Image(url(&format!("/{number}.png")))).collect();
    assert_eq!(of("/").images, images);
    assert_eq!(of("/b").images, [Image(url("/missing"))]);
    assert_eq!(of("/private/x").problem.as_deref(), Some("robots"));
    assert!(!of("/private/x").broken);
    assert_eq!(of("/old").redirect, Some(url("/old/1")));
    assert_eq!(of("/a").title.as_deref(), Some("Same"));
    assert!(asked(&site).iter().all(|target| !target.ends_with(".png") && !target.starts_with("/private")));
    let agents: Vec<_> = site.requests().iter().map(|r| r.header("user-agent").unwrap().to_owned()).collect();
    assert!(agents.iter().all(|agent| agent.starts_with("async-api/")), "{agents:?}");
}

#[test]
fn a_link_in_every_footer_is_one_finding_that_names_a_hundred() {
    let pages = 130;
    let index: Vec<String> = (0..pages).map(|number| format!("/p/{number:03}")).collect();
    let index = page("Index", &index.iter().map(String::as_str).collect::<Vec<_>>());
    let site = Site::empty().on("/", index).on("/p/*", page("One of many", &["/gone"])).start().unwrap();
    let start = site.url("/");
    let findings = run(async move {
        let office = Office::new().await;
        let (_, id) = office.whole(office.settings(), &start, options()).await;
        office.findings(id).await
    });
    let hundred: Vec<String> = (0..100).map(|number| site.url(&format!("/p/{number:03}"))).collect();
    let broken = Detail::Broken { status: Some(404), problem: None, linked_from: hundred.clone(), links: pages };
    let titles = Detail::Titles { title: "One of many".to_owned(), pages: hundred, count: pages };
    let details: Vec<_> = findings.into_iter().map(|finding| finding.detail).collect();
    assert_eq!(details, [broken, titles]);
}

#[test]
fn a_start_that_cannot_be_had_is_one_broken_page_and_no_failure() {
    let site = Site::empty().start().unwrap();
    let (refused, dead) = (site.url("/"), {
        let gone = Site::empty().start().unwrap();
        gone.url("/")
    });
    let audits = run(async move {
        let office = Office::new().await;
        let mut audits = Vec::new();
        for url in [refused, dead, "http://no-such-name.invalid/".to_owned()] {
            let (audit, id) = office.whole(office.settings(), &url, options()).await;
            audits.push((audit, office.pages(id).await, office.findings(id).await));
        }
        audits
    });
    for (audit, pages, findings) in audits {
        assert_eq!((audit.state, audit.attempt), (AuditState::Done, 1), "{audit:?}");
        assert_eq!((audit.counts.pages, audit.counts.broken, pages.len()), (1, 1, 1), "{audit:?}");
        let [Finding { detail: Detail::Broken { linked_from, links: 0, .. }, .. }] = &findings[..] else {
            panic!("{findings:?}")
        };
        assert!(linked_from.is_empty() && pages[0].broken);
        assert!(pages[0].problem.is_some() || pages[0].status == Some(404), "{pages:?}");
    }
}

/// As `http://example.com/` leads to `https://www.example.com/`.
#[test]
fn a_start_that_leads_to_another_host_is_audited_there() {
    let last = Site::empty().on("/home", page("Home", &["/b"])).on("/b", page("B", &["/home"])).start().unwrap();
    let between = Site::empty().on("/", Reply::redirect(301, &last.url("/home"))).start().unwrap();
    let first = Site::empty().redirect_chain("/start", 2, &between.url("/")).start().unwrap();
    let start = first.url("/start");
    let (audit, pages, findings) = run(async move {
        let office = Office::new().await;
        let (audit, id) = office.whole(office.settings(), &start, options()).await;
        (audit, office.pages(id).await, office.findings(id).await)
    });
    let urls: Vec<_> = pages.iter().map(|page| (page.url.clone(), page.depth)).collect();
    let hops = [first.url("/start"), first.url("/start/1"), between.url("/"), last.url("/home")];
    let expected: Vec<_> = hops.iter().map(|url| (url.clone(), 0)).chain([(last.url("/b"), 1)]).collect();
    assert_eq!((urls, audit.counts.pending), (expected, 0));
    let Detail::Redirect { hops: found, end, .. } = &findings[0].detail else { panic!("{findings:?}") };
    assert_eq!((&found[..], end.as_str(), findings.len()), (&hops[1..], "page", 1));
}

#[test]
fn what_strangers_write_is_bounded_and_has_no_control_characters() {
    let title = format!("<title>a\0b\x1b[2J{}</title>", "x".repeat(3_000));
    let site = Site::empty().on("/", Reply::content(Content::new("text/html", title))).start().unwrap();
    let start = site.url("/");
    let pages = run(async move {
        let office = Office::new().await;
        let (_, id) = office.whole(office.settings(), &start, options()).await;
        office.pages(id).await
    });
    let title = pages[0].title.as_ref().unwrap();
    assert!(title.starts_with("a\u{FFFD}b\u{FFFD}[2Jxxx") && title.chars().count() == 1_000, "{title:?}");
}

#[test]
fn limits_hold_and_what_is_left_is_counted() {
    let site = Site::empty().on("/*", Reply::trap(5)).start().unwrap();
    let start = site.url("/");
    let (by_pages, by_depth, by_bytes) = run(async move {
        let office = Office::new().await;
        let few = AuditOptions { max_pages: 7, concurrency: 4, ..options() };
        let (by_pages, _) = office.whole(office.settings(), &start, few).await;
        let shallow = AuditOptions { max_depth: Some(2), concurrency: 4, ..options() };
        let (by_depth, _) = office.whole(office.settings(), &start, shallow).await;
        let mut settings = office.settings();
        settings.audits.max_bytes = 1_000;
        let (by_bytes, _) = office.whole(settings, &start, options()).await;
        (by_pages.counts, by_depth.counts, by_bytes.counts)
    });
    assert_eq!(by_pages.pages, 7);
    assert!(by_pages.pending > 0);
    assert_eq!((by_depth.pages, by_depth.pending), (1 + 5 + 25, 0));
    assert!((1_000..2_000).contains(&by_bytes.bytes) && by_bytes.pending > 0, "{by_bytes:?}");
}

#[test]
fn an_audit_that_takes_too_long_fails_and_is_not_tried_again() {
    let site = Site::empty().on("/", Reply::status(200).after(Duration::from_secs(60))).start().unwrap();
    let start = site.url("/");
    let (audit, left) = run(async move {
        let office = Office::new().await;
        let mut settings = office.settings();
        settings.audits.time = Duration::from_millis(300);
        let (audit, _) = office.whole(settings, &start, options()).await;
        (audit, office.crawls())
    });
    assert_eq!((audit.state, audit.attempt), (AuditState::Failed, 1));
    assert_eq!(audit.error.as_deref(), Some("it takes longer than 300ms, the most that an audit may take"));
    assert_eq!(left, Vec::<String>::new());
}
