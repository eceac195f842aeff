//! The document.

use super::sample::{broken, mixed, report, slow, titles};
use async_api::model::AuditState;
use async_api::report::{Report, pdf};
use proptest::prelude::*;
use std::time::Duration;

/// The document, byte for byte as characters: the parts that are looked for are ASCII.
fn written(report: &Report) -> String {
    let bytes = pdf(report);
    assert_sound(&bytes);
    bytes.into_iter().map(char::from).collect()
}

/// How many pages it has.
fn pages(document: &str) -> usize {
    document.matches("/Type /Page\n").count()
}

/// Whether every object is where the table at the end says.
fn assert_sound(bytes: &[u8]) {
    assert!(bytes.starts_with(b"%PDF-1.") && bytes.ends_with(b"%%EOF"));
    let table = bytes.windows(5).rposition(|word| word == b"xref\n").expect("a table") - 5;
    let tail = String::from_utf8_lossy(&bytes[table..]).into_owned();
    let start: usize = tail.lines().rev().nth(1).and_then(|line| line.parse().ok()).expect("where the table is");
    let table = String::from_utf8_lossy(&bytes[start..]).into_owned();
    let entries = table.lines().skip(2).take_while(|line| !line.starts_with("trailer"));
    for (number, entry) in entries.enumerate().filter(|(_, entry)| entry.ends_with("n ") || entry.ends_with('n')) {
        let at: usize = entry[..10].parse().expect("an offset");
        let head = format!("{number} 0 obj");
        assert!(bytes[at..].starts_with(head.as_bytes()), "object {number}");
    }
}

#[test]
fn it_says_what_was_found() {
    let document = written(&mixed());
    for text in [
        "(Site audit)",
        "(https://shop.example/)",
        "(Broken links (3))",
        "(Redirects (2))",
        "(Slow pages (1))",
        "(Duplicate titles (1))",
        "(https://shop.example/jackets/old)",
        "(Status 404. Linked from 3 pages:)",
        "(the name has no address. Linked from 1 page:)",
        "(and 4 more)",
        "(301 to https://shop.example/sale)",
        "(It goes round in circles.)",
        "(4,210 ms, the first byte after 1,403 ms; 1.2 MB)",
        "(and 138 more)",
        "(2025-10-09 08:54 UTC. 1,204 pages visited, 48.3 MB.)",
    ] {
        assert!(document.contains(text), "{text}");
    }
    // A text that is not all ASCII is written in hexadecimal.
    let title: String = b"in L\xf3dz ??\x94".iter().map(|letter| format!("{letter:02X}")).collect();
    assert!(document.contains(&title), "the title, in the letters that there are");
}

#[test]
fn a_reader_is_told_about_it() {
    let document = written(&mixed());
    for part in [
        "/Title (Site audit of https://shop.example/)",
        "/Lang (en)",
        "/DisplayDocTitle true",
        "/CreationDate (D:20251009085435Z)",
        "/BaseFont /Helvetica-Bold",
        "/Encoding /WinAnsiEncoding",
        "/Outlines",
    ] {
        assert!(document.contains(part), "{part}");
    }
    assert_eq!(pages(&document), 1 + document.matches("(2 / 2)").count());
    assert!(document.contains("(1 / 2)"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(pdf(&mixed()), pdf(&mixed()));
}

#[test]
fn an_audit_without_findings_has_a_report() {
    let document = written(&report(Vec::new()));
    assert!(document.contains("(Nothing was found)"));
    assert_eq!(pages(&document), 1);
}

#[test]
fn an_audit_that_did_not_end_well_says_so() {
    let mut report = mixed();
    report.audit.state = AuditState::Failed;
    report.audit.error = Some("the site's name has no address".to_owned());
    report.truncated = true;
    let document = written(&report);
    assert!(document.contains("It failed. the site's name has no address)"));
    assert!(document.contains("(The audit found more: a report holds 7 findings.)"));
}

#[test]
fn the_largest_report_stays_in_bounds() {
    let page = "https://shop.example/a/page/with/a/name/of/usual/length";
    let found = (0..10_000).map(|number| broken(&format!("{page}/{number}"), Some(404), &[page; 100])).collect();
    let report = report(found);
    let document = common::within(Duration::from_secs(60), move || written(&report));
    assert!(document.len() < 16_000_000, "{} bytes", document.len());
    assert!((500..2_000).contains(&pages(&document)), "{} pages", pages(&document));
    assert!(document.contains("(10000)"), "the last number");
}

#[test]
fn one_finding_stays_in_bounds() {
    let endless = format!("https://shop.example/{}", "x".repeat(1_000_000));
    let found = vec![
        broken(&endless, None, &[endless.as_str(); 100]),
        slow(&endless, 9),
        titles(&endless, &[endless.as_str(); 100], 100),
    ];
    let document = written(&report(found));
    assert!(pages(&document) < 6 && document.len() < 100_000);
}

proptest! {
    #[test]
    fn any_text_gives_a_sound_document(url in any::<String>(), title in any::<String>(), site in any::<String>()) {
        let mut report = report(vec![broken(&url, None, &[&title]), titles(&title, &[&url], 3)]);
        report.audit.url = site;
        written(&report);
    }
}
