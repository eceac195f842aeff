//! What of a lane can be seen at the size of a page.

use crate::blocks::{Span, State};

/// How many columns a lane is drawn in. What is finer is merged: it could not be seen, and the page would be large.
pub(super) const COLUMNS: usize = 600;

/// Neighbouring columns in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// The first of its columns.
    pub(super) first: usize,
    /// How many there are.
    pub(super) columns: usize,
    pub(super) state: State,
}

/// The spans as they are drawn from zero to `end`. Each column shows the state that took most of its time; a state
/// that would get no column at all is given the one where it lasted longest.
pub(super) fn stretches(spans: &[Span], end: f64) -> Vec<Stretch> {
    let mut columns = dominant(spans, end);
    for state in State::ALL {
        if !columns.contains(&Some(state))
            && let Some(longest) = longest(spans, state)
        {
            let middle = column((longest.start + longest.end) / 2.0, end);
            columns[(middle as usize).min(COLUMNS - 1)] = Some(state);
        }
    }
    let mut first = 0;
    let mut stretches = Vec::new();
    for run in columns.chunk_by(|left, right| left == right) {
        if let Some(state) = run[0] {
            stretches.push(Stretch { first, columns: run.len(), state });
        }
        first += run.len();
    }
    stretches
}

/// How long a lane was in each state, in the order of [`State::ALL`].
pub(super) fn totals(spans: &[Span]) -> [f64; State::ALL.len()] {
    let mut totals = [0.0; State::ALL.len()];
    for span in spans.iter().filter(|span| is_sound(span)) {
        totals[span.state as usize] += span.end - span.start;
    }
    totals
}

/// When the last span ended.
pub(super) fn end<'a>(spans: impl IntoIterator<Item = &'a Span>) -> f64 {
    spans.into_iter().filter(|span| is_sound(span)).map(|span| span.end).fold(0.0, f64::max)
}

/// Spans may come from clocks of any kind.
fn is_sound(span: &Span) -> bool {
    span.start >= 0.0 && span.end >= span.start && span.end.is_finite()
}

/// A time, counted in columns.
fn column(time: f64, end: f64) -> f64 {
    if end > 0.0 { time / end * COLUMNS as f64 } else { 0.0 }
}

fn dominant(spans: &[Span], end: f64) -> Vec<Option<State>> {
    let mut times = vec![[0.0; State::ALL.len()]; COLUMNS];
    for span in spans.iter().filter(|span| is_sound(span)) {
        let (from, to) = (column(span.start, end), column(span.end, end));
        for (index, times) in times.iter_mut().enumerate().take(to.ceil() as usize).skip(from as usize) {
            let left = from.max(index as f64);
            let right = to.min((index + 1) as f64);
            times[span.state as usize] += (right - left).max(0.0);
        }
    }
    let longest = |times: [f64; State::ALL.len()]| {
        let state = State::ALL.into_iter().max_by(|&a, &b| times[a as usize].total_cmp(&times[b as usize]))?;
        (times[state as usize] > 0.0).then_some(state)
    };
    times.into_iter().map(longest).collect()
}

fn longest(spans: &[Span], state: State) -> Option<&Span> {
    let candidates = spans.iter().filter(|span| span.state == state && is_sound(span));
    candidates.max_by(|a, b| (a.end - a.start).total_cmp(&(b.end - b.start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: f64, end: f64, state: State) -> Span {
        Span { start, end, state }
    }

    #[test]
    fn neighbours_in_one_state_are_one_stretch() {
        let spans = [span(0.0, 1.0, State::Running), span(1.0, 2.0, State::Running), span(3.0, 4.0, State::Io)];
        let drawn = stretches(&spans, 4.0);
        let running = Stretch { first: 0, columns: 300, state: State::Running };
        assert_eq!(drawn, [running, Stretch { first: 450, columns: 150, state: State::Io }]);
    }

    #[test]
    fn ten_thousand_spans_stay_few_and_the_rarest_state_is_seen() {
        let state = |index| if index % 4 == 0 { State::Waiting } else { State::Running };
        let mut spans: Vec<Span> =
            (0..10_000).map(|index| span(f64::from(index), f64::from(index + 1), state(index))).collect();
        spans[5_000].state = State::Asked;
        let drawn = stretches(&spans, 10_000.0);
        assert!(drawn.len() <= 10, "{drawn:?}");
        assert!(drawn.iter().any(|stretch| stretch.state == State::Asked));
    }

    #[test]
    fn an_instant_is_seen_and_nonsense_is_not() {
        assert_eq!(stretches(&[span(2.0, 2.0, State::Holding)], 2.0).len(), 1);
        assert_eq!(stretches(&[span(0.0, 0.0, State::Running)], 0.0).len(), 1);
        let nonsense = [span(f64::NAN, 1.0, State::Io), span(1.0, f64::INFINITY, State::Io), span(2.0, 1.0, State::Io)];
        assert_eq!(stretches(&nonsense, 1.0), []);
        assert_eq!((end(&nonsense), totals(&nonsense)), (0.0, [0.0; 6]));
    }
}
