//! A transfer in two halves with an `await` between them, and all the points at which it can be cut.

use std::cell::Cell;
use std::pin::pin;

use crate::polling::{Turn, poll_times};

/// Two accounts, and how many destructors have run.
#[derive(Debug, Default)]
pub struct Bank {
    accounts: Cell<[i64; 2]>,
    unlocked: Cell<u32>,
}

impl Bank {
    /// What both accounts add up to: 0, or money is lost.
    pub fn sum(&self) -> i64 {
        self.accounts.get().iter().sum()
    }

    /// How many guards have been dropped.
    pub fn destructors(&self) -> u32 {
        self.unlocked.get()
    }
}

/// A guard with a destructor that counts.
#[derive(Debug)]
pub struct Unlock<'a>(pub &'a Bank);

impl Drop for Unlock<'_> {
    fn drop(&mut self) {
        self.0.unlocked.set(self.0.unlocked.get() + 1);
    }
}

/// Moves 100. Between the two halves it awaits, and there it can end.
pub async fn transfer(bank: &Bank) {
    let _guard = Unlock(bank);
    let [from, to] = bank.accounts.get();
    bank.accounts.set([from - 100, to]);
    Turn::default().await;
    bank.accounts.set([from - 100, to + 100]);
    Turn::default().await; // a receipt, say
}

/// Dropped after so many polls: what the accounts add up to, how many destructors ran, whether it was done.
pub fn cut_after(polls: usize) -> (i64, u32, bool) {
    let bank = Bank::default();
    let done = poll_times(pin!(transfer(&bank)), polls).is_some();
    (bank.sum(), bank.destructors(), done)
}
