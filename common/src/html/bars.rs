//! Bars, lying: their names are read without turning the head.

use std::fmt::{self, Write};

use super::axis::{Axis, Tick};
use super::escape::{Prose, Text};
use super::figure::{self, number};
use super::ink::{Entry, Ink, legend};
use crate::blocks::Bars;

/// The height of a bar with the room around it, as in the style sheet.
const PITCH: usize = 16;

/// The room above the first and below the last bar of a category.
const MARGIN: usize = 5;

/// A row a category with a bar a series, the values beside them.
pub(super) fn write(page: &mut String, bars: &Bars) -> fmt::Result {
    writeln!(page, r#"<figure class="bars"><figcaption>{}</figcaption>"#, Prose(&bars.title))?;
    let values = bars.series.iter().flat_map(|series| series.values.iter().copied());
    let Some(axis) = Axis::upward(values, false) else {
        return writeln!(page, r#"<p class="empty">nothing was measured</p></figure>"#);
    };
    if bars.series.len() > 1 {
        let entries = bars.series.iter().enumerate();
        legend(page, entries.map(|(index, series)| Entry::filled(Ink::of_series(index), 12, &series.name)))?;
    }
    let ticks = axis.ticks();
    figure::open_rows(page, bars.categories.iter().map(String::as_str))?;
    let (category, value) = (Prose(&bars.category), Prose(&bars.value));
    writeln!(page, r#"<span class="name label">{category}</span><span class="label">{value}</span>"#)?;
    for (row, name) in bars.categories.iter().enumerate() {
        category_row(page, bars, row, name, &axis, &ticks)?;
    }
    figure::axis_row(page, &ticks)?;
    page.write_str("</div>\n</figure>\n")
}

fn category_row(page: &mut String, bars: &Bars, row: usize, name: &str, axis: &Axis, ticks: &[Tick]) -> fmt::Result {
    let values: Vec<f64> = bars.series.iter().filter_map(|series| series.values.get(row).copied()).collect();
    let named = bars.series.iter().zip(&values).map(|(series, &value)| format!("{} {}", series.name, number(value)));
    let described = named.collect::<Vec<_>>().join(", ");
    let height = values.len() * PITCH + 2 * MARGIN;
    write!(page, r#"<span class="name" aria-hidden="true">{}</span>"#, Prose(name))?;
    write!(page, r#"<svg role="img" style="height:{height}px"><title>{}</title>"#, Text(name))?;
    write!(page, "<desc>{}</desc>", Text(&described))?;
    figure::vertical_grid(page, ticks)?;
    for (index, &value) in values.iter().enumerate() {
        bar(page, index, axis, value)?;
    }
    if let Some(zero) = axis.percent(0.0) {
        write!(page, r#"<line class="zero" x1="{zero:.2}%" x2="{zero:.2}%" y2="100%"/>"#)?;
    }
    page.write_str(r#"</svg><span class="values" aria-hidden="true">"#)?;
    for &value in &values {
        write!(page, "<span>{}</span>", number(value))?;
    }
    page.write_str("</span>\n")
}

fn bar(page: &mut String, index: usize, axis: &Axis, value: f64) -> fmt::Result {
    let (Some(zero), Some(end)) = (axis.percent(0.0), axis.percent(value)) else { return Ok(()) };
    if value == 0.0 {
        return Ok(());
    }
    let (ink, x, y) = (Ink::of_series(index).number(), zero.min(end), MARGIN + index * PITCH + 2);
    // What was measured is seen, however small it is.
    let width = (zero - end).abs().max(0.3);
    let height = PITCH - 4;
    write!(page, r#"<rect class="ink-{ink}" x="{x:.2}%" y="{y}" width="{width:.2}%" height="{height}"/>"#)
}
