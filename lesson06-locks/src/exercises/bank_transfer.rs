//! **Goal**: Move money between accounts that have a lock each. No account is ever overdrawn, no money appears or
//! disappears, and two opposite transfers do not wait for each other for ever.
//!
//! **Minutes**: 15

use super::sync::Mutex;

/// Accounts by number.
pub struct Bank {
    /// The balances, each under its own lock.
    pub accounts: Vec<Mutex<u64>>,
}

impl Bank {
    /// Accounts with these balances.
    pub fn new(balances: &[u64]) -> Self {
        Bank { accounts: balances.iter().map(|&balance| Mutex::new(balance)).collect() }
    }

    /// Moves `amount`, if it is there. Whether it was. `from` and `to` may be the same account.
    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> bool {
        todo!("hold both locks at once; in which order?")
    }
}
