//! What many clients get of a few connections.

use common::blocks::{Lines, Table};
use common::format;

/// Requests a second and p99, by the number of connections, of one or more databases.
pub type BySize<'a> = [(&'a str, &'a [(f64, f64)])];

/// A row for each number of connections.
pub fn costs(title: &str, sizes: &[usize], databases: &BySize) -> Table {
    let columns: Vec<&str> = databases.iter().flat_map(|(name, _)| [name, "p99"]).collect();
    let mut table = Table::new(title, &[&["connections"], columns.as_slice()].concat());
    for (row, size) in sizes.iter().enumerate() {
        let results = databases.iter().map(|(_, results)| results[row]);
        let cells: Vec<String> =
            results.flat_map(|(rate, p99)| [format::count(rate as u64), format::seconds(p99)]).collect();
        let cells = cells.iter().map(|cell| cell as &dyn std::fmt::Display);
        table.row(&[size as &dyn std::fmt::Display].into_iter().chain(cells).collect::<Vec<_>>());
    }
    table
}

/// The rates as lines.
pub fn rates(sizes: &[usize], databases: &BySize) -> Lines {
    let mut lines = Lines::new("64 clients", "connections", "reads a second").log_x().log_y();
    for (name, results) in databases {
        lines.series(name, sizes.iter().zip(*results).map(|(&size, result)| (size as f64, result.0)));
    }
    lines
}
