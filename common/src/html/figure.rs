//! What pictures share: rows of name and drawing over one axis. Names are HTML, which wraps; places in a drawing are
//! per cent, so that it stretches with the page while its text keeps its size.

use std::fmt::{self, Write};

use super::axis::Tick;
use super::escape::Text;

/// Opens the grid of rows. On a phone long names stand above their rows instead of beside them.
pub(super) fn open_rows<'a>(page: &mut String, names: impl Iterator<Item = &'a str>) -> fmt::Result {
    let longest = names.map(|name| name.chars().count()).max().unwrap_or(0);
    let class = if longest > 10 { "rows stacked" } else { "rows" };
    writeln!(page, r#"<div class="{class}">"#)
}

/// A line at each tick.
pub(super) fn vertical_grid(page: &mut String, ticks: &[Tick]) -> fmt::Result {
    page.write_str(r#"<g class="grid">"#)?;
    for Tick { at, .. } in ticks {
        write!(page, r#"<line x1="{at:.2}%" x2="{at:.2}%" y2="100%"/>"#)?;
    }
    page.write_str("</g>")
}

/// The names of the ticks, below the rows.
pub(super) fn axis_row(page: &mut String, ticks: &[Tick]) -> fmt::Result {
    page.write_str(r#"<svg class="axis" aria-hidden="true">"#)?;
    tick_labels(page, ticks, "14")?;
    page.write_str("</svg>\n")
}

/// The names of the ticks on a horizontal axis. Where there are many, a phone leaves out every other one; long ones do
/// not stick out at the ends.
pub(super) fn tick_labels(page: &mut String, ticks: &[Tick], y: &str) -> fmt::Result {
    let many = ticks.iter().map(|tick| tick.label.chars().count() + 2).sum::<usize>() > 32;
    for (index, Tick { at, label }) in ticks.iter().enumerate() {
        let long = label.chars().count() > 4;
        let anchor = match at {
            ..4.0 if long => "start",
            96.0.. if long => "end",
            _ => "middle",
        };
        let class = if many && index % 2 == 1 { r#" class="spare""# } else { "" };
        write!(page, r#"<text x="{at:.2}%" y="{y}" text-anchor="{anchor}"{class}>{}</text>"#, Text(label))?;
    }
    Ok(())
}

/// A measured number. Odd ones keep their sense, and huge ones their place.
pub(super) fn number(value: f64) -> String {
    match value {
        _ if value.is_nan() => "-".to_owned(),
        f64::INFINITY => "∞".to_owned(),
        f64::NEG_INFINITY => "-∞".to_owned(),
        huge if huge.abs() >= 1e15 => format!("{huge:.2e}"),
        _ => crate::format::quantity(value, ""),
    }
}
