//! Lines through points.

use std::fmt::{self, Write};

use super::axis::{Axis, Tick};
use super::escape::{Prose, Text};
use super::figure::{self, number};
use super::ink::{Entry, Ink, legend};
use super::{points, table};
use crate::blocks::Lines;

/// The nearest that two named places may be on the horizontal axis, in per cent: on a phone a name still fits.
const NEAREST: f64 = 9.0;

/// The plot with its axes; its points as a table below.
pub(super) fn write(page: &mut String, plot: &Lines) -> fmt::Result {
    writeln!(page, r#"<figure class="lines"><figcaption>{}</figcaption>"#, Prose(&plot.title))?;
    let points = || plot.series.iter().flat_map(|series| series.values.iter().copied());
    let x = Axis::across(points().map(|(x, _)| x), plot.log_x);
    let y = Axis::upward(points().map(|(_, y)| y), plot.log_y);
    let (Some(x), Some(y)) = (x, y) else {
        return writeln!(page, r#"<p class="empty">nothing can be drawn</p></figure>"#);
    };
    if plot.series.len() > 1 {
        let entries = plot.series.iter().enumerate();
        legend(page, entries.map(|(index, series)| Entry::line(Ink::of_series(index), &series.name)))?;
    }
    writeln!(page, r#"<p class="label">{}</p>"#, Prose(&axis_name(&plot.y, plot.log_y)))?;
    drawing(page, plot, &x, &y)?;
    writeln!(page, r#"<p class="label right">{}</p>"#, Prose(&axis_name(&plot.x, plot.log_x)))?;
    table::details(page, &points::table(plot))?;
    page.write_str("</figure>\n")
}

fn axis_name(name: &str, log: bool) -> String {
    if log { format!("{name} (logarithmic)") } else { name.to_owned() }
}

fn drawing(page: &mut String, plot: &Lines, x: &Axis, y: &Axis) -> fmt::Result {
    let (across, upward) = (x_ticks(plot, x), y.ticks());
    let gutter = upward.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(0);
    write!(page, r#"<svg class="plot" role="img" style="--gutter:{gutter}ch">"#)?;
    write!(page, "<title>{}</title><desc>{}</desc>", Text(&plot.title), Text(&points::summary(plot)))?;
    page.write_str(r#"<g class="grid">"#)?;
    for Tick { at, .. } in &upward {
        write!(page, r#"<line y1="{0:.2}%" y2="{0:.2}%" x2="100%"/>"#, 100.0 - at)?;
    }
    page.write_str("</g>")?;
    for Tick { at, label } in &upward {
        write!(page, r#"<text y="{:.2}%" dx="-9" dy="4" text-anchor="end">{}</text>"#, 100.0 - at, Text(label))?;
    }
    page.write_str(r#"<g transform="translate(0 20)">"#)?;
    figure::tick_labels(page, &across, "100%")?;
    page.write_str("</g>\n")?;
    for (index, series) in plot.series.iter().enumerate() {
        let places = series.values.iter().map(|&(left, up)| Some((x.percent(left)?, 100.0 - y.percent(up)?)));
        curve(page, index, &places.collect::<Vec<_>>())?;
    }
    page.write_str("</svg>\n")
}

/// The line, in a box that stretches both ways, and its markers, which do not stretch.
fn curve(page: &mut String, index: usize, places: &[Option<(f64, f64)>]) -> fmt::Result {
    let ink = Ink::of_series(index).number();
    write!(page, r#"<g class="ink-{ink}"><svg viewBox="0 0 100 100" preserveAspectRatio="none">"#)?;
    page.write_str(r#"<path class="curve" d=""#)?;
    let mut pen = 'M';
    for place in places {
        if let Some((x, y)) = place {
            write!(page, "{pen}{x:.2} {y:.2}")?;
        }
        pen = if place.is_some() { 'L' } else { 'M' };
    }
    page.write_str(r#""/></svg>"#)?;
    // Many points would hide the line behind its markers.
    let stride = if places.len() <= 24 { 1 } else { places.len() / 10 };
    for (x, y) in places.iter().skip(index * stride / 4).step_by(stride).flatten() {
        write!(page, r##"<use href="#marker-{ink}" x="{x:.2}%" y="{y:.2}%"/>"##)?;
    }
    page.write_str("</g>\n")
}

/// The places that were measured, where they are few: 1, 2, 4, 8 threads, say. Else round values.
fn x_ticks(plot: &Lines, axis: &Axis) -> Vec<Tick> {
    let measured = points::places(plot);
    let ticks: Vec<Tick> =
        measured.into_iter().filter_map(|x| Some(Tick { at: axis.percent(x)?, label: number(x) })).collect();
    let apart = ticks.windows(2).all(|pair| pair[1].at - pair[0].at >= NEAREST);
    if apart { ticks } else { axis.ticks() }
}
