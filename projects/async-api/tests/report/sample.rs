//! Reports to write.

use async_api::model::{
    Audit, AuditId, AuditOptions, AuditState, Counts, Detail, Finding, FindingKind, Owner, Timestamp,
};
use async_api::report::Report;
use std::collections::BTreeMap;

pub const SITE: &str = "https://shop.example/";

pub fn broken(url: &str, status: Option<u16>, linked_from: &[&str]) -> Found {
    let linked: Vec<String> = linked_from.iter().map(ToString::to_string).collect();
    let problem = status.is_none().then(|| "the name has no address".to_owned());
    (url.to_owned(), Detail::Broken { status, problem, links: linked.len() as u64, linked_from: linked })
}

pub fn redirect(url: &str, hops: &[(&str, u16)], end: &str) -> Found {
    let (hops, statuses) = hops.iter().map(|(hop, status)| (hop.to_string(), Some(*status))).unzip();
    (url.to_owned(), Detail::Redirect { hops, statuses, end: end.to_owned() })
}

pub fn slow(url: &str, total_ms: u32) -> Found {
    (url.to_owned(), Detail::Slow { total_ms, first_byte_ms: total_ms / 3, bytes: 1_234_567 })
}

pub fn titles(title: &str, pages: &[&str], count: u64) -> Found {
    let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
    (pages[0].clone(), Detail::Titles { title: title.to_owned(), pages, count })
}

/// An address and what was found about it.
pub type Found = (String, Detail);

pub fn report(found: Vec<Found>) -> Report {
    let findings: Vec<Finding> =
        (1..).zip(found).map(|(number, (url, detail))| Finding { number, kind: detail.kind(), url, detail }).collect();
    let count = |kind: &FindingKind| findings.iter().filter(|finding| finding.kind == *kind).count() as u64;
    let counts: BTreeMap<_, _> = FindingKind::ALL.iter().map(|kind| (kind.name().to_owned(), count(kind))).collect();
    let options = AuditOptions { max_pages: 1000, max_depth: None, concurrency: 8, delay_ms: 0, slow_ms: 1000 };
    let audit = Audit {
        id: AuditId(uuid::Uuid::nil()),
        owner: Owner::local(),
        url: SITE.to_owned(),
        options,
        state: AuditState::Done,
        cancelling: false,
        attempt: 1,
        error: None,
        schedule: None,
        created_at: Timestamp(1_760_000_000_000),
        started_at: Some(Timestamp(1_760_000_001_000)),
        ended_at: Some(Timestamp(1_760_000_075_000)),
        counts: Counts { pages: 1_204, pending: 0, bytes: 48_312_001, broken: 3 },
        findings: counts,
    };
    Report { audit, findings, truncated: false }
}

/// Some of everything.
pub fn mixed() -> Report {
    let long = format!("https://shop.example/search?{}", "colour=dark-green&size=extra-large&".repeat(20));
    report(vec![
        broken("https://shop.example/jackets/old", Some(404), &[SITE, "https://shop.example/jackets", &long]),
        broken("https://gone.example/", None, &["https://shop.example/about"]),
        broken(&long, Some(500), &["a", "b", "c", "d", "e", "f", "g"].map(|_| "https://shop.example/page")),
        redirect("http://shop.example/sale", &[("https://shop.example/sale", 301)], "page"),
        redirect("https://shop.example/a", &[("/b", 302), ("/a", 302)], "loop"),
        slow("https://shop.example/catalogue", 4_210),
        titles("Jackets – “winter” in Łódź 日本", &["https://shop.example/1", "https://shop.example/2"], 140),
    ])
}
