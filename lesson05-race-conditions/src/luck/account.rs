//! Two withdrawals at once.

use std::sync::Mutex;

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
