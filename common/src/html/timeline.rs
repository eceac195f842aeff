//! Who did what when: a lane a thread.

use std::fmt::{self, Write};

use super::axis::{Axis, Tick};
use super::escape::{Prose, Text};
use super::ink::{Entry, Ink, legend};
use super::spans::{self, COLUMNS, Stretch};
use super::{figure, table};
use crate::blocks::{Lane, State, Table, Timeline};
use crate::format;

/// The height of a lane, as in the style sheet.
const HEIGHT: usize = 28;

/// A stretch of so few columns is narrower than its texture, and is drawn without.
const NARROW: usize = 4;

/// How a state is drawn: its ink, and the more it does, the thicker.
fn look(state: State) -> (Ink, usize) {
    let (ink, height) = match state {
        State::Running => (0, 16),
        State::Holding => (1, 22),
        State::Waiting => (4, 10),
        State::Io => (2, 12),
        State::Sleeping => (5, 4),
        State::Asked => (3, 16),
    };
    (Ink::of_series(ink), height)
}

/// The lanes above one time axis; the time per state as a table below.
pub(super) fn write(page: &mut String, timeline: &Timeline) -> fmt::Result {
    writeln!(page, r#"<figure class="timeline"><figcaption>{}</figcaption>"#, Prose(&timeline.title))?;
    let states = timeline.states();
    if states.is_empty() {
        return writeln!(page, r#"<p class="empty">nothing was recorded</p></figure>"#);
    }
    let entry = |&state: &State| {
        let (ink, height) = look(state);
        Entry::filled(ink, height, state.word())
    };
    legend(page, states.iter().map(entry))?;
    let end = spans::end(timeline.lanes.iter().flat_map(|lane| &lane.spans));
    let ticks = time_ticks(end);
    figure::open_rows(page, timeline.lanes.iter().map(|lane| lane.name.as_str()))?;
    for lane in &timeline.lanes {
        self::lane(page, lane, end, &ticks)?;
    }
    figure::axis_row(page, &ticks)?;
    page.write_str("</div>\n")?;
    table::details(page, &times(timeline, &states))?;
    page.write_str("</figure>\n")
}

fn lane(page: &mut String, lane: &Lane, end: f64, ticks: &[Tick]) -> fmt::Result {
    write!(page, r#"<span class="name" aria-hidden="true">{}</span>"#, Prose(&lane.name))?;
    write!(page, r#"<svg class="lane" role="img"><title>{}</title>"#, Text(&lane.name))?;
    write!(page, "<desc>{}</desc>", Text(&shares(lane)))?;
    figure::vertical_grid(page, ticks)?;
    let stretches = spans::stretches(&lane.spans, end);
    for state in State::ALL {
        let of_state = stretches.iter().filter(|stretch| stretch.state == state);
        let (narrow, wide) = of_state.partition(|stretch| stretch.columns <= NARROW);
        boxes(page, state, "", wide)?;
        boxes(page, state, " solid", narrow)?;
    }
    page.write_str("</svg>\n")
}

fn boxes(page: &mut String, state: State, class: &str, stretches: Vec<&Stretch>) -> fmt::Result {
    if stretches.is_empty() {
        return Ok(());
    }
    let (ink, height) = look(state);
    write!(page, r#"<g class="ink-{}{class}">"#, ink.number())?;
    for Stretch { first, columns, .. } in stretches {
        let per_cent = |columns: usize| 100.0 * columns as f64 / COLUMNS as f64;
        let (x, width, y) = (per_cent(*first), per_cent(*columns), (HEIGHT - height) / 2);
        write!(page, r#"<rect x="{x:.2}%" y="{y}" width="{width:.2}%" height="{height}"/>"#)?;
    }
    page.write_str("</g>")
}

/// What the picture of a lane says, in words.
fn shares(lane: &Lane) -> String {
    let totals = spans::totals(&lane.spans);
    let all: f64 = totals.iter().sum();
    let states = State::ALL.into_iter().filter(|&state| totals[state as usize] > 0.0);
    let share = |state: State| {
        let time = totals[state as usize];
        format!("{} {:.0}% ({})", state.word(), 100.0 * time / all, format::seconds(time))
    };
    let shares: Vec<String> = states.map(share).collect();
    if shares.is_empty() { "nothing recorded".to_owned() } else { shares.join(", ") }
}

/// Time per lane and state.
fn times(timeline: &Timeline, states: &[State]) -> Table {
    let mut columns = vec!["lane"];
    columns.extend(states.iter().map(|state| state.word()));
    let mut table = Table::new("Time in each state", &columns);
    for lane in &timeline.lanes {
        let totals = spans::totals(&lane.spans);
        let time = |&state: &State| match totals[state as usize] {
            0.0 => String::new(),
            time => format::seconds(time),
        };
        table.rows.push([lane.name.clone()].into_iter().chain(states.iter().map(time)).collect());
    }
    table
}

/// Round times in one unit, the largest that the axis reaches.
fn time_ticks(end: f64) -> Vec<Tick> {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    let (scale, unit) = units.into_iter().find(|(scale, _)| end >= *scale).unwrap_or(units[3]);
    let axis = Axis::across([0.0, end / scale], false);
    let ticks = axis.iter().flat_map(Axis::ticks);
    ticks.map(|tick| Tick { label: format!("{} {unit}", tick.label), ..tick }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::Span;

    #[test]
    fn time_has_one_unit() {
        let labels = |end| time_ticks(end).into_iter().map(|tick| tick.label).collect::<Vec<_>>();
        assert_eq!(labels(1.2), ["0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s", "1.2 s"]);
        assert_eq!(labels(0.0042), ["0 ms", "1 ms", "2 ms", "3 ms", "4 ms"]);
        assert_eq!(labels(3.5e-8).last().map(String::as_str), Some("35 ns"));
    }

    #[test]
    fn a_lane_says_how_its_time_was_spent() {
        let spans =
            vec![Span { start: 0.0, end: 3.0, state: State::Running }, Span { start: 3.0, end: 4.0, state: State::Io }];
        assert_eq!(shares(&Lane::of("a", spans)), "running 75% (3 s), in I/O 25% (1 s)");
        assert_eq!(shares(&Lane::of("a", vec![])), "nothing recorded");
    }
}
