//! What the service answers: the types that it answers with, filled in.

use async_api::model::{
    Audit, AuditId, AuditOptions, AuditState, Counts, Detail, Finding, FindingKind, Image, Owner, PageRecord, Timestamp,
};
use uuid::Uuid;

/// What runs if it is ever taken for HTML, or followed.
pub const EVIL: &str = "<img src=x onerror=\"window.evil=1\"><script>window.evil=1</script>";
pub const EVIL_ADDRESS: &str = "javascript:window.evil=1";

/// An address as long as they come.
pub fn long() -> String {
    format!("https://shop.example/{}", "a-very-long-name-without-a-space_".repeat(12))
}

pub fn audit(number: u128, state: AuditState) -> Audit {
    let over = state.is_over();
    let found = [("broken_link", 3), ("redirect", 1), ("slow_page", 1), ("duplicate_title", 1)];
    let at = |seconds: i64| Timestamp(1_760_000_000_000 + seconds * 1000);
    Audit {
        id: AuditId(Uuid::from_u128(number)),
        owner: Owner::local(),
        url: format!("https://shop.example/{number}"),
        options: AuditOptions { max_pages: 1000, max_depth: None, concurrency: 8, delay_ms: 0, slow_ms: 1000 },
        state,
        cancelling: false,
        attempt: 1,
        error: (state == AuditState::Failed).then(|| "shop.example has no address".to_owned()),
        schedule: None,
        created_at: at(0),
        started_at: Some(at(1)),
        ended_at: over.then(|| at(60)),
        counts: Counts { pages: 1204, pending: if over { 0 } else { 310 }, bytes: 48_312_001, broken: 3 },
        findings: if over { found.map(|(kind, count)| (kind.to_owned(), count)).into() } else { Default::default() },
    }
}

pub fn findings() -> Vec<Finding> {
    let page = |number: u32| format!("https://shop.example/page/{number}");
    let broken = |status: Option<u16>, problem: Option<&str>, linked_from: Vec<String>| Detail::Broken {
        status,
        problem: problem.map(str::to_owned),
        links: linked_from.len() as u64,
        linked_from,
    };
    let details = [
        ("https://shop.example/jackets/old".to_owned(), broken(Some(404), None, (0..5).map(page).collect())),
        (EVIL_ADDRESS.to_owned(), broken(None, Some(EVIL), vec![EVIL_ADDRESS.to_owned()])),
        (long(), broken(Some(500), None, vec![long()])),
        (
            "http://shop.example/".to_owned(),
            Detail::Redirect {
                hops: vec!["https://shop.example/".to_owned(), EVIL_ADDRESS.to_owned()],
                statuses: vec![Some(301), None],
                end: "broken".to_owned(),
            },
        ),
        (page(9), Detail::Slow { total_ms: 4210, first_byte_ms: 1403, bytes: 1_234_567 }),
        (page(1), Detail::Titles { title: EVIL.to_owned(), pages: vec![page(1), page(2)], count: 140 }),
    ];
    let finding =
        |(number, (url, detail)): (u64, (String, Detail))| Finding { number, kind: detail.kind(), url, detail };
    (1..).zip(details).map(finding).collect()
}

pub fn findings_of(kind: Option<FindingKind>) -> Vec<Finding> {
    findings().into_iter().filter(|finding| kind.is_none_or(|kind| finding.kind == kind)).collect()
}

pub fn pages() -> Vec<PageRecord> {
    let image = |name: &str| Image(format!("https://shop.example/{name}.jpg"));
    let good = PageRecord {
        number: 7,
        url: "https://shop.example/jackets".to_owned(),
        status: Some(200),
        title: Some(EVIL.to_owned()),
        bytes: 45_300,
        total_ms: 340,
        images: vec![image("one"), image("two"), Image(EVIL_ADDRESS.to_owned())],
        ..PageRecord::default()
    };
    let gone = PageRecord {
        number: 9,
        url: long(),
        problem: Some("the connection was refused".to_owned()),
        redirect: Some(EVIL_ADDRESS.to_owned()),
        broken: true,
        ..PageRecord::default()
    };
    vec![good, gone]
}
