//! How late the ticks were.

use common::blocks::{Outcomes, Standing};

/// The lags in seconds, by classes: with nobody who blocks, and with one.
pub fn lags(free: &[f64], blocked: &[f64]) -> Outcomes {
    let classes = [(0.0, "under 1 ms"), (1e-3, "1 to 5 ms"), (5e-3, "5 to 40 ms"), (40e-3, "over 40 ms")];
    let mut outcomes = Outcomes::new("How late the ticks were", &["free", "blocked"]);
    for (index, (from, label)) in classes.iter().enumerate() {
        let to = classes.get(index + 1).map_or(f64::INFINITY, |class| class.0);
        let count = |lags: &[f64]| lags.iter().filter(|&lag| (*from..to).contains(lag)).count() as f64;
        let standing = if index < 2 { Standing::Acceptable } else { Standing::Interesting };
        outcomes.outcome(*label, standing, &[count(free), count(blocked)]);
    }
    outcomes
}
