//! The table.

use super::sample::{SITE, broken, mixed, redirect, report, slow, titles};
use async_api::model::Detail;
use async_api::report::{Report, csv};
use proptest::prelude::*;

/// The lines, without the head, each as wide as the head.
fn lines(report: &Report) -> Vec<Vec<String>> {
    let bytes = csv(report);
    let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
    let lines: Vec<_> = reader.records().map(|line| line.expect("as wide as the head")).collect();
    lines.iter().map(|line| line.iter().map(str::to_owned).collect()).collect()
}

/// A line's cells in the order of the head.
fn line(cells: [&str; 12]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

#[test]
fn the_head_names_the_cells() {
    let bytes = csv(&report(Vec::new()));
    let head = "number,kind,url,related,status,problem,end,title,count,total_ms,first_byte_ms,bytes\r\n";
    assert_eq!(bytes, head.as_bytes());
}

#[test]
fn a_line_for_each_particular() {
    let found = vec![
        broken("https://a.example/", Some(404), &[SITE, "https://b.example/"]),
        broken("https://c.example/", None, &[]),
        redirect("https://d.example/", &[("/e", 301), ("/f", 302)], "broken"),
        slow("https://g.example/", 3000),
        titles("One, \"two\"", &["https://h.example/", "https://i.example/"], 7),
    ];
    let expected = [
        ["1", "broken_link", "https://a.example/", SITE, "404", "", "", "", "2", "", "", ""],
        ["1", "broken_link", "https://a.example/", "https://b.example/", "404", "", "", "", "2", "", "", ""],
        ["2", "broken_link", "https://c.example/", "", "", "the name has no address", "", "", "0", "", "", ""],
        ["3", "redirect", "https://d.example/", "/e", "301", "", "broken", "", "2", "", "", ""],
        ["3", "redirect", "https://d.example/", "/f", "302", "", "broken", "", "2", "", "", ""],
        ["4", "slow_page", "https://g.example/", "", "", "", "", "", "", "3000", "1000", "1234567"],
        [
            "5",
            "duplicate_title",
            "https://h.example/",
            "https://h.example/",
            "",
            "",
            "",
            "One, \"two\"",
            "7",
            "",
            "",
            "",
        ],
        [
            "5",
            "duplicate_title",
            "https://h.example/",
            "https://i.example/",
            "",
            "",
            "",
            "One, \"two\"",
            "7",
            "",
            "",
            "",
        ],
    ];
    assert_eq!(lines(&report(found)), expected.map(line));
}

#[test]
fn formulas_are_defused() {
    for start in ["=", "+", "-", "@", "\t", "\r", "\n", "＝"] {
        let cell = format!("{start}HYPERLINK(\"https://evil.example\")");
        let found = vec![titles(&cell, &[&cell, &cell], 2), broken(&cell, None, &[&cell])];
        for line in lines(&report(found)) {
            assert!(!line.iter().any(|cell| cell.starts_with(start)), "{line:?}");
            assert!(line.contains(&format!("'{cell}")), "{line:?}");
        }
    }
}

#[test]
fn what_is_left_out_is_said() {
    let mut report = mixed();
    let before = lines(&report).len();
    report.truncated = true;
    let lines = lines(&report);
    assert_eq!((lines.len(), lines[before][1].as_str()), (before + 1, "truncated"));
}

proptest! {
    #[test]
    fn any_text_comes_back(url in any::<String>(), title in any::<String>(), pages in prop::collection::vec(any::<String>(), 0..4)) {
        let detail = Detail::Titles { title: title.clone(), pages: pages.clone(), count: 9 };
        let lines = lines(&report(vec![(url.clone(), detail)]));
        prop_assert_eq!(lines.len(), pages.len().max(1));
        for (place, line) in lines.iter().enumerate() {
            let same = |cell: &str, text: &str| cell == text || cell == format!("'{text}");
            prop_assert!(same(&line[2], &url) && same(&line[7], &title));
            prop_assert!(pages.get(place).is_none_or(|page| same(&line[3], page)));
        }
    }
}
