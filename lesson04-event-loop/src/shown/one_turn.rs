//! What happened in each turn of the loop.

use common::blocks::{Lane, Span, State, Table, Timeline};
use common::format;

use crate::event_loop::Turn;

/// A row for each turn.
pub fn table(turns: &[Turn]) -> Table {
    let mut table = Table::new("Turn by turn", &["turn", "may sleep", "slept", "poller", "timers", "calls", "ran"]);
    for (number, turn) in turns.iter().enumerate() {
        let allowed = turn.allowed.map_or("for ever".to_owned(), |allowed| format::seconds(allowed.as_secs_f64()));
        let way =
            |readable, writable| format!("{}{}", if readable { "r" } else { "" }, if writable { "w" } else { "" });
        let sockets =
            turn.reported.iter().map(|event| format!("{}{}", event.source, way(event.readable, event.writable)));
        let (sockets, slept) = (sockets.collect::<Vec<_>>().join(" "), format::seconds(turn.slept.as_secs_f64()));
        let ran = turn.ran.iter().map(|ran| ran.name.as_str()).collect::<Vec<_>>().join(" ");
        table.row(&[&(number + 1), &allowed, &slept, &sockets, &turn.timers, &turn.messages, &ran]);
    }
    table
}

/// A lane for the poller, and one for each task.
pub fn picture(turns: &[Turn]) -> Timeline {
    let Some(start) = turns.first().map(|turn| turn.began) else { return Timeline::new("Nothing ran", []) };
    let since = |time: std::time::Instant| (time - start).as_secs_f64();
    let slept = turns.iter().map(|turn| {
        let began = since(turn.began);
        Span { start: began, end: began + turn.slept.as_secs_f64(), state: State::Sleeping }
    });
    let mut lanes = vec![Lane::of("poller", slept.collect())];
    for name in ["sleeper", "restless", "reader"] {
        let ran = turns.iter().flat_map(|turn| &turn.ran).filter(|ran| ran.name == name);
        let spans = ran.map(|ran| {
            let began = since(ran.began);
            Span { start: began, end: began + ran.took.as_secs_f64(), state: State::Running }
        });
        lanes.push(Lane::of(name, spans.collect()));
    }
    Timeline::new("One thread: asleep in the poller, or polling one of three tasks", lanes)
}
