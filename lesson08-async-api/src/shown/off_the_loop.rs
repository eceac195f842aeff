//! A heartbeat beside work that computes.

use common::blocks::{Lines, Table};
use common::format;

use crate::load::watch::Seen;

/// A row for each place where the work is done.
pub fn costs(title: String, places: &[&str], all: &[Seen]) -> Table {
    let mut table = Table::new(title, &["beside", "heartbeat p50", "p99", "short, 1/s", "images, 1/s", "memory"]);
    for (place, seen) in places.iter().zip(all) {
        let [half, most] = [0.5, 0.99].map(|share| format::seconds(seen.late(share)));
        let [short, images] = [seen.short, seen.images].map(|rate| format::count(rate as u64));
        table.row(&[place, &half, &most, &short, &images, &format::bytes(seen.memory)]);
    }
    table
}

/// Each heartbeat, when it was due.
pub fn heartbeats(places: &[&str], all: &[Seen]) -> Lines {
    let mut lines = Lines::new("A heartbeat every 10 ms", "ms", "latency, ms").log_y();
    for (place, seen) in places.iter().zip(all) {
        lines.series(place, seen.beats.iter().map(|beat| (beat.0 * 1e3, beat.1 * 1e3)));
    }
    lines
}
