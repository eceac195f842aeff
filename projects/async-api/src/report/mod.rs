//! What was found, to hand on: JSON, CSV, PDF.

mod csv;
mod pdf;

use crate::model::{Audit, Finding};

/// An audit with all its findings.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Report {
    /// The audit.
    pub audit: Audit,
    /// What it found, the gravest first.
    pub findings: Vec<Finding>,
    /// There are more findings than a report holds.
    pub truncated: bool,
}

/// The most findings in a report.
pub const MOST: u32 = 10_000;

/// The findings as CSV: a head, and for each finding a line for each of its particulars. Cells that a spreadsheet would
/// run are defused.
pub fn csv(report: &Report) -> Vec<u8> {
    csv::write(report)
}

/// The report as PDF, for people. The same report gives the same bytes.
pub fn pdf(report: &Report) -> Vec<u8> {
    pdf::write(report)
}
