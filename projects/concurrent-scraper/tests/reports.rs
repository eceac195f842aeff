//! Reports over a handful of pages, in each of their forms.

use concurrent_scraper::page::{LinkKind, Page, Problem, ProblemKind};
use concurrent_scraper::report::{
    BrokenLink, Collector, DuplicateContent, DuplicateTitle, End, Finding, csv, groups, json, text,
};

fn page(url: &str, status: u16) -> Page {
    Page { url: url.to_owned(), status: Some(status), attempts: 1, ..Page::default() }
}

fn redirect(url: &str, to: &str) -> Page {
    Page { redirect: Some(to.to_owned()), ..page(url, 301) }
}

fn failed(url: &str, kind: ProblemKind) -> Page {
    Page { url: url.to_owned(), problem: Some(Problem::new(kind, "")), ..Page::default() }
}

fn shown<F: Finding>(findings: &[F], width: usize) -> String {
    let mut out = Vec::new();
    text(findings, width, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn broken_links_with_the_pages_to_mend() {
    let many: Vec<(String, LinkKind)> = (0..12).map(|n| (format!("http://h/{n}"), LinkKind::Anchor)).collect();
    let findings = [
        BrokenLink::new(&page("http://h/gone", 404), many),
        BrokenLink::new(&failed("http://nowhere/", ProblemKind::Dns), [("=cmd".to_owned(), LinkKind::Image)]),
        BrokenLink::new(&page("http://h/seed", 500), []),
    ];
    let people = shown(&findings, 80);
    assert!(
        people.starts_with("Broken links: 3\n  http://h/gone\n      404\n      on http://h/0 (anchor)\n"),
        "{people}"
    );
    assert!(
        people.contains("      on http://h/9 (anchor)\n      and 2 more\n  http://nowhere/\n      dns\n"),
        "{people}"
    );

    let mut out = Vec::new();
    csv(&findings, &mut out).unwrap();
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&out[..]).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 14);
    assert_eq!(rows[12], ["http://nowhere/", "", "dns", "'=cmd", "image"][..]);
    assert_eq!(rows[13], ["http://h/seed", "500", "", "", ""][..]);

    let mut out = Vec::new();
    json(&findings, &mut out).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(json[0]["linked_from"].as_array().unwrap().len(), 12);
    assert_eq!(json[1]["linked_from"][0]["kind"], "image");
    assert_eq!(shown::<BrokenLink>(&[], 80), "Broken links: none\n");
}

#[test]
fn redirects_from_end_to_end() {
    let mut collector = Collector::new(0);
    for page in [
        redirect("http://h/b", "http://h/c"),
        redirect("http://h/a", "http://h/b"),
        page("http://h/c", 200),
        redirect("http://h/x", "http://h/gone"),
        page("http://h/gone", 410),
        redirect("http://h/into", "http://h/l1"),
        redirect("http://h/l1", "http://h/l2"),
        redirect("http://h/l2", "http://h/l1"),
        redirect("http://h/self", "http://h/self"),
    ] {
        collector.add(&page);
    }
    let chains = collector.finish().redirects;
    let told: Vec<(&str, usize, End)> =
        chains.iter().map(|chain| (chain.url.as_str(), chain.hops.len(), chain.end)).collect();
    assert_eq!(
        told,
        [
            ("http://h/a", 2, End::Page),
            ("http://h/into", 3, End::Loop),
            ("http://h/self", 1, End::Loop),
            ("http://h/x", 1, End::Broken),
        ]
    );
    let people = shown(&chains[..1], 80);
    assert_eq!(people, "Redirects: 1\n  http://h/a\n      301 -> http://h/b\n      301 -> http://h/c\n");
    assert_eq!(chains[0].records()[1], ["http://h/a", "2", "301", "http://h/c", "page"]);
}

#[test]
fn the_slowest_first() {
    let mut collector = Collector::new(3);
    for total_ms in [5, 90, 20, 90, 7, 1] {
        collector.add(&Page { total_ms, ..page(&format!("http://h/{total_ms}"), 200) });
    }
    collector.add(&Page { total_ms: 9999, ..failed("http://h/never", ProblemKind::Timeout) });
    let findings = collector.finish();
    let slowest: Vec<u32> = findings.slowest.iter().map(|page| page.total_ms).collect();
    assert_eq!(slowest, [90, 20, 7], "the same page is one page");
    assert_eq!(
        shown(&findings.slowest[..1], 80),
        "Slowest pages: 1\n       90 ms (     0 to the first byte)  http://h/90\n"
    );
}

#[test]
fn groups_of_the_same() {
    let rows = [("a", "1"), ("b", "2"), ("b", "3"), ("c", "4"), ("d", "5"), ("d", "6"), ("d", "7")];
    let rows = || rows.into_iter().map(|(key, url)| (key.to_owned(), url.to_owned()));
    let found: Vec<DuplicateTitle> = groups(rows(), DuplicateTitle::new).collect();
    assert_eq!(
        found,
        [
            DuplicateTitle::new("b".into(), vec!["2".into(), "3".into()]),
            DuplicateTitle::new("d".into(), vec!["5".into(), "6".into(), "7".into()]),
        ]
    );
    let found: Vec<DuplicateContent> = groups(rows(), DuplicateContent::new).collect();
    assert_eq!(shown(&found[..1], 80), "Pages with the same content: 1\n  2 pages, b\n      2\n      3\n");
}

#[test]
fn the_crawl_in_numbers() {
    let mut collector = Collector::new(1);
    collector.add(&Page { bytes: 1_234_567, link_count: 3, total_ms: 10, attempts: 3, ..page("http://h/", 200) });
    collector.add(&page("http://h/b", 404));
    collector.add(&redirect("http://h/c", "http://h/"));
    collector.add(&failed("http://h/d", ProblemKind::Robots));
    collector.add(&failed("http://h/e", ProblemKind::Tls));
    let summary = collector.finish().summary;
    let counts = (summary.urls, summary.ok, summary.redirects, summary.broken, summary.refused, summary.retries);
    assert_eq!(counts, (5, 1, 1, 2, 1, 2));
    let mut out = Vec::new();
    summary.text(Some(std::time::Duration::from_millis(500)), 80, &mut out).unwrap();
    let people = String::from_utf8(out).unwrap();
    for line in [
        "URLs           5\n",
        "bytes          1,234,567\n",
        "took           0.5 s, 10 URLs/s\n",
        "statuses       200: 1, 301: 1, 404: 1\n",
        "problems       robots: 1, tls: 1\n",
    ] {
        assert!(people.contains(line), "{line}{people}");
    }
}

/// However long the URLs are, nothing wraps.
#[test]
fn no_line_is_too_long() {
    let long = format!("http://h/{}", "x".repeat(500));
    let mut collector = Collector::new(1);
    for page in [redirect(&long, &format!("{long}2")), Page { title: Some(long.clone()), ..page(&long, 404) }] {
        collector.add(&page);
    }
    let findings = collector.finish();
    let broken = [BrokenLink::new(&failed(&long, ProblemKind::Dns), [(long.clone(), LinkKind::Style)])];
    let same = [DuplicateTitle::new(long.clone(), vec![long.clone(); 9])];
    for width in [60, 80, 100] {
        let all = shown(&findings.redirects, width)
            + &shown(&findings.slowest, width)
            + &shown(&broken, width)
            + &shown(&same, width);
        assert!(all.contains('…'));
        for line in all.lines() {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}
