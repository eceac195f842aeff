//! Pages and findings: what is written is read, through every filter.

use crate::{create, on_both, owner};
use async_api::model::{Counts, Detail, Finding, FindingKind, Image, PageRecord};
use async_api::store::{FindingFilter, Outcome, PageFilter, Store};
use std::time::Duration;

on_both! { pages_are_read_as_they_were_written, findings_are_read_as_they_were_written, }

fn pages() -> Vec<PageRecord> {
    let page = |number: u64| PageRecord {
        number,
        url: format!("https://example.com/{}%_{number}", if number.is_multiple_of(2) { "Even" } else { "odd" }),
        depth: 2,
        status: Some(if number.is_multiple_of(10) { 404 } else { 200 }),
        problem: number.is_multiple_of(7).then(|| "stalled".to_owned()),
        redirect: None,
        title: Some(format!("“{number}” \0")),
        content_type: Some("text/html".to_owned()),
        bytes: u64::from(u32::MAX) * 9,
        first_byte_ms: 1,
        total_ms: u32::MAX,
        broken: number.is_multiple_of(10),
        images: vec![Image("https://example.com/a.png".to_owned())],
    };
    (1..=130).map(page).collect()
}

async fn pages_are_read_as_they_were_written(store: Store) {
    let id = create(&store, "a").await;
    let lease = store.lease("w", 1, Duration::from_secs(60), 3).await.unwrap()[0].lease;
    store.record(lease, pages(), Counts::default()).await.unwrap();
    // Once more, as a worker does that does not know whether it had been written.
    store.record(lease, pages()[50..].to_vec(), Counts::default()).await.unwrap();
    let read = |filter: PageFilter, most| {
        let store = store.clone();
        async move { store.pages(&owner("a"), id, filter, most).await.unwrap().unwrap() }
    };
    let expected: Vec<_> = pages()
        .into_iter()
        .map(|page| PageRecord { title: page.title.map(|title| title.replace('\0', "\u{fffd}")), ..page })
        .collect();
    assert_eq!(read(PageFilter::default(), 1000).await, expected);
    let numbers = |pages: Vec<PageRecord>| pages.iter().map(|page| page.number).collect::<Vec<_>>();
    assert_eq!(numbers(read(PageFilter { after: 100, ..PageFilter::default() }, 3).await), [101, 102, 103]);
    let broken = PageFilter { broken: Some(true), after: 100, ..PageFilter::default() };
    assert_eq!(numbers(read(broken, 99).await), [110, 120, 130]);
    let not_found = PageFilter { status: Some(404), ..PageFilter::default() };
    assert_eq!(read(not_found, 99).await.len(), 13);
    let some = |text: &str| PageFilter { url_contains: Some(text.to_owned()), ..PageFilter::default() };
    assert_eq!(read(some("EVEN%_"), 99).await.len(), 65);
    assert_eq!(read(some("e_en"), 99).await.len(), 0);
    assert_eq!(read(some("!"), 99).await.len(), 0);
    assert_eq!(store.page(&owner("a"), id, 5).await.unwrap().unwrap().number, 5);
    assert_eq!(store.page(&owner("a"), id, 131).await.unwrap(), None);
    assert_eq!(store.page(&owner("b"), id, 5).await.unwrap(), None);
}

async fn findings_are_read_as_they_were_written(store: Store) {
    let id = create(&store, "a").await;
    let lease = store.lease("w", 1, Duration::from_secs(60), 3).await.unwrap()[0].lease;
    let details = [
        Detail::Broken { status: None, problem: Some("dns".to_owned()), linked_from: vec![], links: 0 },
        Detail::Redirect { hops: vec!["/b".to_owned()], statuses: vec![Some(301)], end: "page".to_owned() },
        Detail::Slow { total_ms: 9, first_byte_ms: 8, bytes: 7 },
        Detail::Titles { title: "t".to_owned(), pages: vec!["/".to_owned(), "/b".to_owned()], count: 2 },
    ];
    let finding =
        |detail: Detail| Finding { number: 0, kind: detail.kind(), url: "https://example.com/".to_owned(), detail };
    let findings: Vec<_> = details.into_iter().map(finding).collect();
    let outcome = Outcome::Ended { cancelled: false, counts: Counts::default(), findings: findings.clone() };
    store.end(lease, outcome).await.unwrap();
    let read = |filter: FindingFilter, most| {
        let store = store.clone();
        async move { store.findings(&owner("a"), id, filter, most).await.unwrap().unwrap() }
    };
    let expected: Vec<_> = (1..).zip(findings).map(|(number, finding)| Finding { number, ..finding }).collect();
    assert_eq!(read(FindingFilter::default(), 99).await, expected);
    assert_eq!(read(FindingFilter { after: 2, ..FindingFilter::default() }, 1).await, expected[2..3]);
    for (kind, finding) in FindingKind::ALL.into_iter().zip(&expected) {
        let filter = FindingFilter { kind: Some(kind), after: 0 };
        assert_eq!(read(filter, 99).await, std::slice::from_ref(finding));
    }
}
