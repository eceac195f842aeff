//! Two withdrawals of 100 from an account that has 100.

use crate::explorer::{Program, Step, Then};

/// An account behind a lock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// What is left.
    pub balance: i16,
    owner: Option<usize>,
    register: [i16; 2],
}

fn lock() -> Step<Account> {
    Step::new("LOCK", |account: &mut Account, me| account.owner = Some(me)).when(|account, _| account.owner.is_none())
}

fn unlock() -> Step<Account> {
    Step::new("UNLOCK", |account: &mut Account, _| account.owner = None)
}

fn load() -> Step<Account> {
    Step::new("LOAD", |account: &mut Account, me| account.register[me] = account.balance)
        .shows(|account, me| account.register[me].to_string())
}

fn subtract() -> Step<Account> {
    Step::new("SUBTRACT 100", |account: &mut Account, me| account.register[me] -= 100)
        .shows(|account, me| format!("= {}", account.register[me]))
}

fn store() -> Step<Account> {
    Step::new("STORE", |account: &mut Account, me| account.balance = std::mem::take(&mut account.register[me]))
        .shows(|account, _| account.balance.to_string())
}

/// Whoever sees too little gives up.
fn enough() -> Step<Account> {
    Step::new("IF >= 100", |_: &mut Account, _| {})
        .then(|account, me| if account.register[me] >= 100 { Then::Next } else { Then::End })
        .shows(|account, me| if account.register[me] >= 100 { "yes".to_owned() } else { "no".to_owned() })
}

fn two_threads(withdraw: &[Step<Account>]) -> Program<Account> {
    Program::new(Account { balance: 100, owner: None, register: [0; 2] })
        .thread("thread 1", withdraw.to_vec())
        .thread("thread 2", withdraw.to_vec())
}

/// Check under the lock, let go, take the lock again, act: every access is locked, and the account is overdrawn.
pub fn two_acquisitions() -> Program<Account> {
    two_threads(&[lock(), load(), unlock(), enough(), lock(), load(), subtract(), store(), unlock()])
}

/// The repair: check and act under one lock.
pub fn one_acquisition() -> Program<Account> {
    let enough = enough().then(|account, me| if account.register[me] >= 100 { Then::Next } else { Then::Jump(5) });
    two_threads(&[lock(), load(), enough, subtract(), store(), unlock()])
}
