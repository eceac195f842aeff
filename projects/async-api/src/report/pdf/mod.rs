//! The report as a document: what was audited, the numbers, and a section for each kind of finding.
//!
//! [`text`] knows the letters of the built-in fonts, [`sheet`] puts lines on pages, [`document`] makes a file of pages,
//! [`section`] says what stands in it.

mod document;
mod section;
mod sheet;
mod text;

use super::Report;
use crate::model::{AuditState, FindingKind};
use document::Document;
use sheet::{BODY, HEADING, Sheet, TITLE};

pub(super) fn write(report: &Report) -> Vec<u8> {
    let mut sheet = Sheet::new();
    head(&mut sheet, report);
    summary(&mut sheet, report);
    for kind in FindingKind::ALL {
        section::write(&mut sheet, report, kind);
    }
    if report.truncated {
        sheet.space(14.0);
        let most = report.findings.len();
        sheet.text(BODY.grey(), &format!("The audit found more: a report holds {} findings.", grouped(most as u64)));
    }
    let moment = report.audit.ended_at.unwrap_or(report.audit.created_at);
    Document { title: &format!("Site audit of {}", report.audit.url), foot: &report.audit.url, moment }.write(sheet)
}

fn head(sheet: &mut Sheet, report: &Report) {
    let audit = &report.audit;
    sheet.text(TITLE, "Site audit");
    sheet.text(BODY.large(), &audit.url);
    sheet.space(6.0);
    let moment = audit.ended_at.or(audit.started_at).unwrap_or(audit.created_at);
    let state = match audit.state {
        AuditState::Queued => "It waits to be begun.",
        AuditState::Running => "It is under way: more may be found.",
        AuditState::Done => "",
        AuditState::Cancelled => "It was cancelled: this is what was found until then.",
        AuditState::Failed => "It failed.",
    };
    let pages = counted(audit.counts.pages, "page");
    let facts = format!("{}. {pages} visited, {}.", document::written(moment), size(audit.counts.bytes));
    sheet.text(BODY.grey(), &[facts.as_str(), state, audit.error.as_deref().unwrap_or_default()].join(" "));
}

fn summary(sheet: &mut Sheet, report: &Report) {
    sheet.space(16.0);
    for kind in FindingKind::ALL {
        let count = number_of(report, kind);
        sheet.row(section::name(kind), section::meaning(kind), &grouped(count));
    }
    if report.findings.is_empty() {
        sheet.space(20.0);
        sheet.text(HEADING, "Nothing was found");
    }
}

/// How many findings of a kind there are: as the audit counted them, else as the report has them.
fn number_of(report: &Report, kind: FindingKind) -> u64 {
    let listed = || report.findings.iter().filter(|finding| finding.kind == kind).count() as u64;
    report.audit.findings.get(kind.name()).copied().unwrap_or_else(listed)
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// "1 page", "2 pages".
fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Bytes, as people count them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => counted(bytes, "byte"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
