//! Two withdrawals at once.

use std::sync::Mutex;

use common::blocks::{Outcomes, Standing};

use crate::pair;
use crate::programs::account::AMOUNT;

/// What is in each of so many accounts after two withdrawals at once.
pub fn balances(trials: usize, withdraw: impl Fn(&Mutex<i64>) -> bool + Sync) -> Vec<i64> {
    let withdraw = |balance: &Mutex<i64>| {
        withdraw(balance);
    };
    let accounts = pair::trials(trials, || Mutex::new(AMOUNT), withdraw, withdraw);
    accounts.into_iter().map(|balance| balance.into_inner().expect("a withdrawal does not panic")).collect()
}

/// How often what was left: locked apart, with a yield between, and under one lock.
pub fn outcomes(runs: &[Vec<i64>; 3]) -> Outcomes {
    let mut outcomes =
        Outcomes::new("What is left after two withdrawals at once", &["apart", "with a yield", "one lock"]);
    for (left, standing) in [(0, Standing::Acceptable), (-AMOUNT, Standing::Forbidden)] {
        let counts = runs.each_ref().map(|run| run.iter().filter(|&&balance| balance == left).count() as f64);
        outcomes.outcome(left.to_string(), standing, &counts);
    }
    outcomes
}
