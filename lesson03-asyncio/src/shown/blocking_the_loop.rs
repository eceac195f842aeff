//! How late a heart beats.

use common::blocks::Table;
use common::format;

use crate::demos::blocking_the_loop::NEIGHBOURS;

/// The latest beat beside each neighbour, in seconds: on one thread and on two.
pub fn latest(one: &[f64], two: &[f64]) -> Table {
    let mut table = Table::new("A beat every 5 ms: the latest", &["beside", "one thread", "two workers"]);
    for (kind, (one, two)) in NEIGHBOURS.iter().zip(one.iter().zip(two)) {
        table.row(&[kind, &format::seconds(*one), &format::seconds(*two)]);
    }
    table
}
