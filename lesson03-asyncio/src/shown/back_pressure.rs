//! Time and memory of the ways to feed a service.

use common::blocks::{Bars, Lines, Table};
use common::format;
use common::measure::percentile;

use crate::demos::back_pressure::WAYS;
use crate::service::Fed;

/// A row for each way.
pub fn costs(title: String, all: &[Fed]) -> Table {
    let mut table = Table::new(title, &["way", "most at once", "memory", "p50", "p99", "in all"]);
    for (way, fed) in WAYS.iter().zip(all) {
        let [p50, p99] = [0.5, 0.99].map(|share| percentile(&fed.latencies, share));
        let times = [p50, p99, fed.seconds].map(format::seconds);
        table.row(&[way, &fed.most, &format::bytes(fed.bytes as f64), &times[0], &times[1], &times[2]]);
    }
    table
}

/// The peaks.
pub fn memory(all: &[Fed]) -> Bars {
    let mut bars = Bars::new("The most memory at once", "way", WAYS, "KiB");
    bars.series("bytes", all.iter().map(|fed| fed.bytes as f64 / 1024.0));
    bars
}

/// Each job's latency, in the order in which they were done: without a bound, and with one.
pub fn waiting(all: &[Fed]) -> Lines {
    let mut lines = Lines::new("How long each job took", "jobs done", "ms").log_y();
    for (name, way) in [("join_all", 0), ("buffer_unordered", 3)] {
        let points = all[way].latencies.iter().enumerate().step_by(20);
        lines.series(name, points.map(|(done, seconds)| (done as f64, seconds * 1e3)));
    }
    lines
}
