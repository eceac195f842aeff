//! Blocks that are drawn.

use super::ink::{Ink, WIDTH, fit, pad, pad_left, wrap};
use super::tables::bar;
use crate::blocks::{Bars, Lane, Lines, State, Timeline};
use crate::format;

fn glyph(state: State) -> char {
    match state {
        State::Running => '█',
        State::Holding => '▓',
        State::Waiting => '·',
        State::Io => '~',
        State::Sleeping => '─',
        State::Asked => '!',
    }
}

pub(super) fn timeline(timeline: &Timeline) -> String {
    let names = timeline.lanes.iter().map(|lane| lane.name.chars().count()).max().unwrap_or(0).min(18);
    let cells = WIDTH - names - 4;
    let end = timeline.end();
    let mut lines = vec![Ink::Bold.paint(&wrap(&timeline.title, ""))];
    for (index, lane) in timeline.lanes.iter().enumerate() {
        let row: String = (0..cells).map(|cell| cell_of(lane, cell, cells, end)).collect();
        lines.push(format!("  {} {}", pad(&fit(&lane.name, names), names), Ink::Series(index).paint(row.trim_end())));
    }
    let end = format::seconds(end);
    lines.push(Ink::Dim.paint(&format!("  {} 0{}", pad("", names), pad_left(&end, cells - 1))));
    let legend: Vec<String> =
        timeline.states().iter().map(|&state| format!("{} {}", glyph(state), state.word())).collect();
    lines.push(Ink::Dim.paint(&wrap(&legend.join(", "), &pad("", names + 3))));
    lines.join("\n")
}

/// The state that fills most of a cell; blank where the lane is not alive.
fn cell_of(lane: &Lane, cell: usize, cells: usize, end: f64) -> char {
    let (from, to) = (end * cell as f64 / cells as f64, end * (cell + 1) as f64 / cells as f64);
    let mut share = [0.0; State::ALL.len()];
    for span in &lane.spans {
        share[span.state as usize] += (span.end.min(to) - span.start.max(from)).max(0.0);
    }
    let longest = State::ALL.into_iter().max_by(|&a, &b| share[a as usize].total_cmp(&share[b as usize]));
    longest.filter(|&state| share[state as usize] > 0.0).map_or(' ', glyph)
}

pub(super) fn bars(bars: &Bars) -> String {
    let values = || bars.series.iter().flat_map(|series| &series.values).copied();
    let largest = values().fold(0.0, f64::max);
    let name = |category: &str, series: &str| {
        if bars.series.len() > 1 { format!("{category}  {series}") } else { category.to_owned() }
    };
    let names =
        bars.categories.iter().flat_map(|category| bars.series.iter().map(|series| name(category, &series.name)));
    let width = names.map(|name| name.chars().count()).max().unwrap_or(0).max(bars.category.chars().count()).min(28);
    let numbers = values().map(|value| format::quantity(value, "").chars().count()).max().unwrap_or(0);
    let room = WIDTH.saturating_sub(width + numbers + 5);
    let mut lines = vec![Ink::Bold.paint(&wrap(&bars.title, ""))];
    lines.push(Ink::Dim.paint(&format!("  {}  {}", pad_left(&bars.category, width), bars.value)));
    for (row, category) in bars.categories.iter().enumerate() {
        for (index, series) in bars.series.iter().enumerate() {
            let value = series.values[row];
            let drawn = Ink::Series(index).paint(&bar(value, largest, room));
            let name = pad_left(&fit(&name(category, &series.name), width), width);
            lines.push(format!("  {name}  {drawn} {}", format::quantity(value, "")));
        }
    }
    lines.join("\n")
}

const MARKS: [char; 4] = ['●', '×', '▲', 'o'];

pub(super) fn lines(plot: &Lines) -> String {
    const HEIGHT: usize = 10;
    let scale = |value: f64, log: bool| if log { value.log10() } else { value };
    let place = |&(x, y): &(f64, f64)| (scale(x, plot.log_x), scale(y, plot.log_y));
    let points: Vec<Vec<(f64, f64)>> = plot
        .series
        .iter()
        .map(|series| series.values.iter().map(place).filter(|(x, y)| x.is_finite() && y.is_finite()).collect())
        .collect();
    let all: Vec<(f64, f64)> = points.concat();
    if all.is_empty() {
        return format!("{}\n  (nothing to draw)", Ink::Bold.paint(&wrap(&plot.title, "")));
    }
    let range = |values: &mut dyn Iterator<Item = f64>, log: bool| {
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        // A linear axis begins at zero: a bar that starts elsewhere makes small things look large.
        (if log { low } else { low.min(0.0) }, high)
    };
    let (left, right) = range(&mut all.iter().map(|point| point.0), plot.log_x);
    let (bottom, top) = range(&mut all.iter().map(|point| point.1), plot.log_y);
    let unscale = |value: f64, log: bool| if log { 10f64.powf(value) } else { value };
    let [highest, lowest] = [top, bottom].map(|value| format::quantity(unscale(value, plot.log_y), ""));
    let label = highest.chars().count().max(lowest.chars().count()).max(10);
    let width = WIDTH - label - 4;
    let cell = |value: f64, low: f64, high: f64, cells: usize| {
        let share = if high > low { (value - low) / (high - low) } else { 0.0 };
        (share * (cells - 1) as f64).round() as usize
    };
    let mut grid = vec![vec![None; width]; HEIGHT];
    for (index, points) in points.iter().enumerate() {
        for &(x, y) in points {
            grid[HEIGHT - 1 - cell(y, bottom, top, HEIGHT)][cell(x, left, right, width)] = Some(index);
        }
    }
    let mut drawn = vec![Ink::Bold.paint(&wrap(&plot.title, "")), Ink::Dim.paint(&format!("  {}", plot.y))];
    for (row, cells) in grid.iter().enumerate() {
        let value = match row {
            0 => highest.as_str(),
            row if row == HEIGHT - 1 => lowest.as_str(),
            _ => "",
        };
        let cells: String = cells
            .iter()
            .map(|cell| match cell {
                Some(series) => Ink::Series(*series).paint(&MARKS[series % MARKS.len()].to_string()),
                None => " ".to_owned(),
            })
            .collect();
        drawn.push(format!("  {} │{}", pad_left(value, label), cells.trim_end()));
    }
    let (from, to) = (unscale(left, plot.log_x), unscale(right, plot.log_x));
    let to = format!("{} {}", format::quantity(to, ""), plot.x);
    let axis =
        format!("{}{}", format::quantity(from, ""), pad_left(&to, width - format::quantity(from, "").chars().count()));
    drawn.push(Ink::Dim.paint(&format!("  {} └{}", pad("", label), "─".repeat(width))));
    drawn.push(Ink::Dim.paint(&format!("  {}  {axis}", pad("", label))));
    if plot.series.len() > 1 {
        let legend = plot.series.iter().enumerate();
        let legend: Vec<String> =
            legend.map(|(index, series)| format!("{} {}", MARKS[index % MARKS.len()], series.name)).collect();
        drawn.push(format!("  {}  {}", pad("", label), legend.join("   ")));
    }
    drawn.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::Span;

    fn plain(text: &str) -> Vec<String> {
        anstream::adapter::strip_str(text).to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_lane_shows_what_went_on_for_longest() {
        let spans =
            vec![Span { start: 0.0, end: 0.5, state: State::Running }, Span { start: 0.5, end: 1.0, state: State::Io }];
        let drawn = plain(&timeline(&Timeline::new("t", [Lane::of("one", spans)])));
        assert_eq!(drawn[1].matches('█').count(), drawn[1].matches('~').count());
        assert_eq!(drawn[1].chars().count(), WIDTH - 1);
    }

    #[test]
    fn pictures_fit_and_survive_odd_values() {
        let mut plot = Lines::new("plot", "clients", "ms").log_x().log_y();
        plot.series("a", [(1.0, 0.5), (10.0, 5.0), (1000.0, 0.0), (f64::NAN, 1.0)]);
        plot.series("b", [(5.0, f64::INFINITY)]);
        let mut empty = Lines::new("empty", "x", "y");
        empty.series("none", []);
        let mut chart = Bars::new("chart", "threads", [1, 16], "MB/s");
        chart.series("with", [f64::NAN, 1e12]);
        chart.series("without", [0.0, -1.0]);
        for drawn in [lines(&plot), lines(&empty), bars(&chart), timeline(&Timeline::new("none", []))] {
            assert!(plain(&drawn).iter().all(|line| line.chars().count() <= WIDTH), "{drawn}");
        }
    }
}
