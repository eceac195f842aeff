//! What cuts leave behind.

use common::blocks::{Outcomes, Standing, Table};

/// A row for each cut of a transfer: the sum of the accounts, how many destructors ran, whether it was done.
pub fn cuts(cuts: &[(i64, u32, bool)]) -> Table {
    let mut table = Table::new("A transfer, dropped after so many polls", &["polls", "accounts add up to", "", ""]);
    for (polls, (sum, destructors, done)) in cuts.iter().enumerate() {
        let end = if *done { "done" } else { "cancelled" };
        let guard = if *destructors > 0 { "destructor ran" } else { "no guard yet" };
        table.row(&[&polls, sum, &end, &guard]);
    }
    table
}

/// In how many of the runs each version read everything.
pub fn luck(runs: usize, seed: u64, whole: [f64; 3]) -> Outcomes {
    let title = format!("{runs} writers that pause at random (seed {seed})");
    let mut outcomes = Outcomes::new(title, &["forgets", "remembers", "a task"]);
    outcomes.outcome("whole", Standing::Acceptable, &whole);
    outcomes.outcome("bytes lost", Standing::Forbidden, &whole.map(|whole| runs as f64 - whole));
    outcomes
}
