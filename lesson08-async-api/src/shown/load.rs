//! What two kinds of load see of a server that stands still.

use common::blocks::{Lines, Table};
use common::{format, measure};

use crate::demos::load::hit;
use crate::load::{Sample, latencies};

const KINDS: [&str; 2] = ["closed", "open"];

/// A row for each kind of load, on each server.
pub fn costs(title: String, servers: &[(&str, &[Vec<Sample>; 2])]) -> Table {
    let mut table = Table::new(title, &["", "requests", "hit by it", "p50", "p95", "p99", "longest"]);
    for (server, loads) in servers {
        for (kind, samples) in KINDS.iter().zip(*loads) {
            let name = format!("{server}, {kind}");
            let late = |share| format::seconds(measure::percentile(&latencies(samples), share));
            let times = [0.5, 0.95, 0.99, 1.0].map(late);
            table.row(&[&name, &samples.len(), &hit(samples), &times[0], &times[1], &times[2], &times[3]]);
        }
    }
    table
}

/// Each request, when it was due.
pub fn waiting(loads: &[Vec<Sample>; 2]) -> Lines {
    let mut lines = Lines::new("When users asked, and how long they waited", "ms", "latency, ms").log_y();
    for (kind, samples) in KINDS.iter().zip(loads) {
        let mut samples = samples.clone();
        samples.sort_by_key(|sample| sample.due);
        lines.series(kind, samples.iter().map(|sample| (sample.due.as_secs_f64() * 1e3, sample.latency() * 1e3)));
    }
    lines
}
