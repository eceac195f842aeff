//! A plot in words and as a table.

use super::figure::number;
use crate::blocks::{Lines, Series, Table};

/// Every place on the horizontal axis that has a point, once, from left to right.
pub(super) fn places(plot: &Lines) -> Vec<f64> {
    let mut places: Vec<f64> = plot.series.iter().flat_map(|series| series.values.iter().map(|(x, _)| *x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

/// A row a place, a column a line.
pub(super) fn table(plot: &Lines) -> Table {
    let mut columns = vec![plot.x.as_str()];
    columns.extend(plot.series.iter().map(|series| series.name.as_str()));
    let mut table = Table::new("The points", &columns);
    for x in places(plot) {
        let values = plot.series.iter().map(|series| at(series, x));
        table.rows.push([number(x)].into_iter().chain(values).collect());
    }
    table
}

fn at(series: &Series<(f64, f64)>, place: f64) -> String {
    let same = |x: f64| x.total_cmp(&place).is_eq();
    let values = series.values.iter().filter(|(x, _)| same(*x)).map(|(_, y)| number(*y));
    values.collect::<Vec<_>>().join(", ")
}

/// From where to where each line goes.
pub(super) fn summary(plot: &Lines) -> String {
    let lines: Vec<String> = plot.series.iter().map(|series| course(plot, series)).collect();
    lines.join("; ")
}

fn course(plot: &Lines, series: &Series<(f64, f64)>) -> String {
    let Lines { x, y, .. } = plot;
    let point = |(left, up): &(f64, f64)| format!("{} at {} {x}", number(*up), number(*left));
    let sound = || series.values.iter().filter(|(left, up)| left.is_finite() && up.is_finite());
    let lowest = sound().min_by(|a, b| a.1.total_cmp(&b.1));
    let highest = sound().max_by(|a, b| a.1.total_cmp(&b.1));
    match (sound().next(), sound().next_back(), lowest, highest) {
        (Some(first), Some(last), Some(lowest), Some(highest)) => format!(
            "{}, {y}: from {} to {}; lowest {}, highest {}",
            series.name,
            point(first),
            point(last),
            point(lowest),
            point(highest)
        ),
        _ => format!("{}: no points", series.name),
    }
}
