//! What sleepers cost, as a table.

use common::blocks::Table;
use common::format;

use crate::sleepers::Cost;

/// So many sleepers, both ways.
pub fn sleepers(count: usize, as_tasks: &Cost, as_futures: &Cost) -> Table {
    let title = format!("{} sleepers on one thread", format::count(count as u64));
    let mut table = Table::new(title, &["as", "started, 1/s", "bytes each, counted"]);
    for (name, cost) in [("tasks of tokio", as_tasks), ("futures in one task", as_futures)] {
        let rate = format::count((count as f64 / cost.seconds) as u64);
        table.row(&[&name, &rate, &format!("{:.0}", cost.bytes)]);
    }
    table
}
