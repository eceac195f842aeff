//! One list of findings, three forms.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

/// A row of a report.
pub trait Finding: Serialize {
    /// What the report is called.
    const TITLE: &'static str;
    /// The columns of [`records`](Finding::records).
    const COLUMNS: &'static [&'static str];

    /// As flat records, for CSV: a link that is broken on three pages is three of them.
    fn records(&self) -> Vec<Vec<String>>;

    /// As lines for people, none longer than `width` columns.
    fn lines(&self, width: usize) -> Vec<String>;
}

/// Writes findings for people, in lines of at most `width` columns (at least 60 are needed).
///
/// # Errors
/// The output cannot be written.
pub fn text<F: Finding>(findings: &[F], width: usize, out: &mut impl Write) -> io::Result<()> {
    match findings.len() {
        0 => writeln!(out, "{}: none", F::TITLE)?,
        count => writeln!(out, "{}: {count}", F::TITLE)?,
    }
    for finding in findings {
        for line in finding.lines(width.max(60)) {
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// Writes findings as a JSON array.
///
/// # Errors
/// The output cannot be written.
pub fn json<F: Finding>(findings: &[F], out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, findings)?;
    writeln!(out)
}

/// Writes findings as CSV, under a line of names.
///
/// # Errors
/// The output cannot be written.
pub fn csv<F: Finding>(findings: &[F], out: &mut impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(F::COLUMNS)?;
    for record in findings.iter().flat_map(F::records) {
        writer.write_record(record.iter().map(|cell| harmless(cell).into_owned()))?;
    }
    writer.flush()
}

/// A text in at most `width` columns: of a long one the middle goes, since the ends of URLs tell them apart. Control
/// characters, which could move a terminal's cursor, are shown as such.
pub(super) fn fit(text: &str, width: usize) -> String {
    let shown: Vec<char> = text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if shown.len() <= width {
        return shown.into_iter().collect();
    }
    let kept = width.saturating_sub(1);
    let (start, end) = (&shown[..kept / 2], &shown[shown.len() - (kept - kept / 2)..]);
    start.iter().chain(&['…']).chain(end).collect()
}

/// A text that no spreadsheet takes for a formula.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_goes() {
        assert_eq!(fit("short", 10), "short");
        assert_eq!(fit("0123456789", 10), "0123456789");
        assert_eq!(fit("0123456789a", 10), "0123…6789a");
        assert_eq!(fit("é\u{1b}[2J", 10), "é\u{FFFD}[2J");
    }
}
