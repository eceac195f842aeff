//! **Goal**: Move money between two accounts: nobody is overdrawn, nothing is on its way when an auditor looks, and
//! transfers in both directions never wait for each other for ever.
//!
//! **Minutes**: 25

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
    todo!("two locks; in which order?")
}
