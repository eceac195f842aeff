//! Histograms of results.

use std::fmt::{self, Write};

use super::escape::{Prose, Text};
use super::figure::number;
use crate::blocks::{Outcome, Outcomes, Standing};

/// A row a result: what it is, how it is to be judged, and how often it came, as a number and as a bar.
pub(super) fn write(page: &mut String, outcomes: &Outcomes) -> fmt::Result {
    writeln!(page, r#"<div class="scroll"><table class="outcomes"><caption>{}</caption>"#, Prose(&outcomes.title))?;
    page.write_str(r#"<thead><tr><th scope="col">outcome</th>"#)?;
    for column in &outcomes.columns {
        write!(page, r#"<th scope="col">{}</th>"#, Prose(column))?;
    }
    page.write_str("</tr></thead>\n<tbody>\n")?;
    let columns: Vec<Column> = (0..outcomes.columns.len()).map(|column| Column::of(outcomes, column)).collect();
    for outcome in &outcomes.outcomes {
        row(page, outcome, &columns)?;
    }
    if outcomes.outcomes.is_empty() {
        writeln!(page, r#"<tr><td class="empty" colspan="{}">no outcomes</td></tr>"#, columns.len() + 1)?;
    }
    page.write_str("</tbody></table></div>\n")
}

/// What the cells of a column have in common.
struct Column {
    total: f64,
    /// The length of its longest number.
    digits: usize,
}

impl Column {
    fn of(outcomes: &Outcomes, column: usize) -> Self {
        let counts = || outcomes.outcomes.iter().filter_map(|outcome| outcome.counts.get(column).copied());
        let total = counts().filter(|count| count.is_finite()).sum();
        Column { total, digits: counts().map(|count| number(count).chars().count()).max().unwrap_or(0) }
    }
}

fn row(page: &mut String, outcome: &Outcome, columns: &[Column]) -> fmt::Result {
    let word = outcome.standing.word();
    let mark = match outcome.standing {
        Standing::Acceptable => "✓",
        Standing::Interesting => "!",
        Standing::Forbidden => "✗",
    };
    let never = if outcome.counts.iter().all(|&count| count == 0.0) { " never" } else { "" };
    write!(page, r#"<tr class="{word}{never}"><th scope="row">{}"#, Prose(&outcome.label))?;
    write!(page, r#"<span class="standing"><span aria-hidden="true">{mark}</span> {word}</span></th>"#)?;
    for (&count, Column { total, digits }) in outcome.counts.iter().zip(columns) {
        write!(page, r#"<td><span class="count" style="min-width:{digits}ch">{}</span>"#, number(count))?;
        let share = 100.0 * count / total;
        if share.is_finite() && share >= 0.0 {
            write!(page, r#" <span class="share">{}</span>"#, Text(&per_cent(share)))?;
            // Something that occurred is seen, however rare it was.
            let width = if count > 0.0 { share.clamp(0.7, 100.0) } else { 0.0 };
            write!(page, r#"<svg class="bar" aria-hidden="true"><rect width="{width:.1}%" height="100%"/></svg>"#)?;
        }
        page.write_str("</td>")?;
    }
    page.write_str("</tr>\n")
}

/// A share as people say it: what occurred is never "0%", and what has an exception is never "100%".
fn per_cent(share: f64) -> String {
    match share {
        0.0 | 100.0 => format!("{share}%"),
        small if small < 0.1 => "< 0.1%".to_owned(),
        large if large > 99.9 => "> 99.9%".to_owned(),
        _ => format!("{share:.1}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_is_not_never() {
        assert_eq!([0.0, 0.001, 33.333, 99.999, 100.0].map(per_cent), ["0%", "< 0.1%", "33.3%", "> 99.9%", "100%"]);
    }

    #[test]
    fn odd_counts_have_no_bar() {
        let mut outcomes = Outcomes::new("odd", &["runs", "none"]);
        outcomes.outcome("nan", Standing::Forbidden, &[f64::NAN, 0.0]);
        outcomes.outcome("some", Standing::Acceptable, &[4.0, 0.0]);
        let mut page = String::new();
        write(&mut page, &outcomes).unwrap();
        assert_eq!(page.matches("<svg").count(), 1);
        assert!(page.contains("100%"));
    }
}
