//! The lower number first, whichever way the money goes. One account alone is locked once.

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
        let lock = |account: usize| self.accounts[account].lock().expect("nobody panics under this lock");
        if from == to {
            return *lock(from) >= amount;
        }
        let (mut first, mut second) = (lock(from.min(to)), lock(from.max(to)));
        let (source, target) = if from < to { (&mut *first, &mut *second) } else { (&mut *second, &mut *first) };
        if *source < amount {
            return false;
        }
        *source -= amount;
        *target += amount;
        true
    }
}
