//! The findings of one kind.

use super::sheet::{BODY, HEADING, Sheet};
use super::{Report, counted, grouped, number_of, size};
use crate::model::{Detail, Finding, FindingKind};

/// The most pages that are named for one finding, and the most characters of one address: paper is for reading.
const MOST_PAGES: usize = 3;
const MOST_CHARACTERS: usize = 400;

pub(super) fn name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::BrokenLink => "Broken links",
        FindingKind::Redirect => "Redirects",
        FindingKind::SlowPage => "Slow pages",
        FindingKind::DuplicateTitle => "Duplicate titles",
    }
}

pub(super) fn meaning(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::BrokenLink => "addresses that links point to in vain",
        FindingKind::Redirect => "addresses that lead somewhere else",
        FindingKind::SlowPage => "pages that take their time",
        FindingKind::DuplicateTitle => "titles that several pages share",
    }
}

pub(super) fn write(sheet: &mut Sheet, report: &Report, kind: FindingKind) {
    let mut findings = report.findings.iter().filter(|finding| finding.kind == kind).peekable();
    if findings.peek().is_none() {
        return;
    }
    sheet.space(22.0);
    sheet.heading(HEADING, &format!("{} ({})", name(kind), grouped(number_of(report, kind))));
    for finding in findings {
        sheet.space(7.0);
        sheet.room(3.0 * BODY.leading());
        particulars(sheet, finding);
    }
}

fn particulars(sheet: &mut Sheet, finding: &Finding) {
    let url = cut(&finding.url);
    match &finding.detail {
        Detail::Broken { status, problem, linked_from, links } => {
            sheet.numbered(finding.number, &url);
            let status = status.map(|status| format!("Status {status}"));
            let what = status.or_else(|| problem.clone()).unwrap_or_else(|| "No answer".to_owned());
            sheet.inset(BODY.grey(), &format!("{}. Linked from {}:", cut(&what), counted(*links, "page")));
            addresses(sheet, linked_from, *links);
        }
        Detail::Redirect { hops, statuses, end } => {
            sheet.numbered(finding.number, &url);
            for (place, hop) in hops.iter().enumerate().take(2 * MOST_PAGES) {
                let status = statuses.get(place).copied().flatten();
                let status = status.map_or_else(|| "leads".to_owned(), |status| status.to_string());
                sheet.inset(BODY, &format!("{status} to {}", cut(hop)));
            }
            let end = match end.as_str() {
                "page" => return,
                "broken" => "There it ends, broken.",
                "loop" => "It goes round in circles.",
                other => other,
            };
            sheet.inset(BODY.grey(), end);
        }
        Detail::Slow { total_ms, first_byte_ms, bytes } => {
            sheet.numbered(finding.number, &url);
            let [total, first] = [total_ms, first_byte_ms].map(|milliseconds| grouped(u64::from(*milliseconds)));
            sheet.inset(BODY.grey(), &format!("{total} ms, the first byte after {first} ms; {}", size(*bytes)));
        }
        Detail::Titles { title, pages, count } => {
            sheet.numbered(finding.number, &format!("\u{201c}{}\u{201d}", cut(title)));
            sheet.inset(BODY.grey(), &format!("The title of {}:", counted(*count, "page")));
            addresses(sheet, pages, *count);
        }
    }
}

fn addresses(sheet: &mut Sheet, pages: &[String], count: u64) {
    let shown = &pages[..pages.len().min(MOST_PAGES)];
    for page in shown {
        sheet.inset(BODY, &cut(page));
    }
    let rest = count.saturating_sub(shown.len() as u64);
    if rest > 0 {
        sheet.inset(BODY.grey(), &format!("and {} more", grouped(rest)));
    }
}

/// The text, with its end cut off if it is very long.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}
