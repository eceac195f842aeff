//! A flat table of findings that differ in form: every line repeats the finding and adds one particular, so that a
//! spreadsheet can sort and filter it.

use super::Report;
use crate::model::{Detail, Finding};
use csv::{Terminator, Writer, WriterBuilder};
use std::borrow::Cow;

/// The head. `related` is the page that links there, where a hop leads, or a page with the title.
const HEAD: [&str; 12] = [
    "number",
    "kind",
    "url",
    "related",
    "status",
    "problem",
    "end",
    "title",
    "count",
    "total_ms",
    "first_byte_ms",
    "bytes",
];

/// What a line has besides the finding.
#[derive(Clone, Default)]
struct Particulars<'a> {
    related: &'a str,
    status: Option<u16>,
    problem: &'a str,
    end: &'a str,
    title: &'a str,
    count: Option<u64>,
    total_ms: Option<u32>,
    first_byte_ms: Option<u32>,
    bytes: Option<u64>,
}

pub(super) fn write(report: &Report) -> Vec<u8> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    // Written to memory, and each line as wide as the head: there is nothing that could fail.
    let _ = table.write_record(HEAD);
    for finding in &report.findings {
        for line in lines(finding) {
            add(&mut table, &finding.number.to_string(), finding.kind.name(), &finding.url, &line);
        }
    }
    if report.truncated {
        let problem = "there are more findings than a report holds";
        add(&mut table, "", "truncated", "", &Particulars { problem, ..Particulars::default() });
    }
    table.into_inner().unwrap_or_default()
}

fn lines(finding: &Finding) -> Vec<Particulars<'_>> {
    let none = Particulars::default();
    match &finding.detail {
        Detail::Broken { status, problem, linked_from, links } => {
            let problem = problem.as_deref().unwrap_or_default();
            let line = Particulars { status: *status, problem, count: Some(*links), ..none };
            each(linked_from, &line)
        }
        Detail::Redirect { hops, statuses, end } => {
            let line = Particulars { end, count: Some(hops.len() as u64), ..none };
            let mut lines = each(hops, &line);
            for (line, status) in lines.iter_mut().zip(statuses) {
                line.status = *status;
            }
            lines
        }
        Detail::Slow { total_ms, first_byte_ms, bytes } => {
            let (total_ms, first_byte_ms, bytes) = (Some(*total_ms), Some(*first_byte_ms), Some(*bytes));
            vec![Particulars { total_ms, first_byte_ms, bytes, ..none }]
        }
        Detail::Titles { title, pages, count } => each(pages, &Particulars { title, count: Some(*count), ..none }),
    }
}

/// A line for each related page, or one without.
fn each<'a>(related: &'a [String], line: &Particulars<'a>) -> Vec<Particulars<'a>> {
    if related.is_empty() {
        return vec![line.clone()];
    }
    related.iter().map(|related| Particulars { related, ..line.clone() }).collect()
}

fn add(table: &mut Writer<Vec<u8>>, number: &str, kind: &str, url: &str, line: &Particulars<'_>) {
    let cells: [Cow<'_, str>; HEAD.len()] = [
        number.into(),
        kind.into(),
        harmless(url),
        harmless(line.related),
        number_or_nothing(line.status),
        harmless(line.problem),
        harmless(line.end),
        harmless(line.title),
        number_or_nothing(line.count),
        number_or_nothing(line.total_ms),
        number_or_nothing(line.first_byte_ms),
        number_or_nothing(line.bytes),
    ];
    let _ = table.write_record(cells.iter().map(|cell| cell.as_bytes()));
}

fn number_or_nothing(number: Option<impl ToString>) -> Cow<'static, str> {
    number.map_or(Cow::Borrowed(""), |number| number.to_string().into())
}

/// The text, with an apostrophe where a spreadsheet would take it for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}
