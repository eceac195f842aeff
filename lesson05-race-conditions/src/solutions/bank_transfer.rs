//! Both locks for all of it, and always in the same order.

use super::sync::Mutex;

/// An account. The auditor takes the locks of two accounts in the order of their numbers, the lower one first.
#[derive(Debug)]
pub struct Account {
    /// No two accounts have the same.
    pub number: u64,
    /// What is in it.
    pub balance: Mutex<u64>,
}

/// Moves an amount, if there is enough, and says whether it did. From an account to itself it changes nothing.
pub fn transfer(from: &Account, to: &Account, amount: u64) -> bool {
    if from.number == to.number {
        // A second guard of the same lock would wait for the first.
        return *from.balance.lock().expect("a transfer does not panic") >= amount;
    }
    let (lower, higher) = if from.number < to.number { (from, to) } else { (to, from) };
    let mut lower = lower.balance.lock().expect("a transfer does not panic");
    let mut higher = higher.balance.lock().expect("a transfer does not panic");
    let (source, target) =
        if from.number < to.number { (&mut *lower, &mut *higher) } else { (&mut *higher, &mut *lower) };
    let enough = *source >= amount;
    if enough {
        *source -= amount;
        *target += amount;
    }
    enough
}
