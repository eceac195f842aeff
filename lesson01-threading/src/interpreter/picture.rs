//! A run as a picture.

use common::blocks::{Lane, Span, State, Timeline};

use super::report::{Report, State as Doing};

/// A lane for each of the threads, by these names.
pub fn timeline(title: &str, report: &Report, names: &[&str]) -> Timeline {
    let lane = |(thread, &name): (usize, &&str)| {
        let spans = report.spans.iter().filter(|span| span.thread == thread);
        let spans = spans.map(|span| Span {
            start: span.start.as_secs_f64(),
            end: span.end.as_secs_f64(),
            state: match span.state {
                Doing::Running => State::Holding,
                Doing::DropRequested => State::Asked,
                Doing::WaitingForGil => State::Waiting,
                Doing::InIo => State::Io,
            },
        });
        Lane::of(name, spans.collect())
    };
    Timeline::new(title, names.iter().enumerate().map(lane))
}
