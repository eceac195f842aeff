//! Who gets to the end when one of three fails.

use common::blocks::Table;

use crate::demos::gather::Way;
use crate::visits::Told;

/// A row for each way of waiting.
pub fn ends(ways: &[Way], told: &[Told]) -> Table {
    let columns = ["way", "returns after, ms", "0", "1, fails", "2"];
    let mut table = Table::new("One fails: when each way returns, and who gets to the end", &columns);
    for (way, told) in ways.iter().zip(told) {
        let end = |number: usize| match told.1.get(number) {
            Some((_, end, true)) => format!("{end}"),
            Some((_, end, false)) => format!("dropped, {end}"),
            None => "never begun".to_owned(),
        };
        table.row(&[&format!("{way:?}"), &told.0, &end(0), &end(1), &end(2)]);
    }
    table
}
