//! Two futures, poll by poll, and what futures weigh.

use common::blocks::{Schedule, Table};

use crate::demos::coroutine::Polled;
use crate::machine::ByHand;

/// A step for each thing that happened in each poll.
pub fn polls(polls: &[Polled]) -> Schedule {
    let columns = ["caller", "both futures", "state by hand", "waker"];
    let mut schedule = Schedule::new("Poll by poll", &columns, "63 from both");
    for (number, (compiled, _, state, wakes)) in polls.iter().enumerate() {
        schedule.step(0, format!("poll {}", number + 1));
        schedule.step(1, format!("{compiled:?}"));
        schedule.step(2, state.as_str());
        schedule.step(3, format!("woken {wakes} times"));
    }
    schedule
}

/// Futures and their sizes, and the one written by hand.
pub fn weights(sizes: &[(&str, usize)]) -> Table {
    let mut table = Table::new("What a future weighs", &["future", "bytes"]);
    sizes.iter().for_each(|(name, bytes)| table.row(&[name, bytes]));
    table.row(&[&"by hand", &size_of::<ByHand>()]);
    table
}
