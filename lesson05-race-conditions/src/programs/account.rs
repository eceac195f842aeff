//! Withdrawals from an account. Every access is locked; in the first version that is not enough.

use super::sync::{Arc, Mutex};
use super::thread;

/// What a withdrawal takes, and what the account has at first.
pub const AMOUNT: i64 = 100;

/// The bug: check under the lock, let go, take it again, act. What was checked may no longer be true.
///
/// `between` stands for whatever a program does after the check: a log line, a question to the user, nothing.
pub fn check_then_act(balance: &Mutex<i64>, between: impl FnOnce()) -> bool {
    let enough = *balance.lock().expect("nobody panics") >= AMOUNT; // the guard is gone at the end of this line
    between();
    if enough {
        *balance.lock().expect("nobody panics") -= AMOUNT;
    }
    enough
}

/// The repair: check and act under one guard.
pub fn check_and_act(balance: &Mutex<i64>) -> bool {
    let mut balance = balance.lock().expect("nobody panics");
    let enough = *balance >= AMOUNT;
    if enough {
        *balance -= AMOUNT;
    }
    enough
}

/// Two threads withdraw at once from an account that has enough for one of them. Returns what is left.
pub fn two_withdrawals(withdraw: impl Fn(&Mutex<i64>) + Copy + Send + 'static) -> i64 {
    let balance = Arc::new(Mutex::new(AMOUNT));
    let workers = [0, 1].map(|_| {
        let balance = Arc::clone(&balance);
        thread::spawn(move || withdraw(&balance))
    });
    for worker in workers {
        worker.join().expect("a withdrawal does not panic");
    }
    *balance.lock().expect("nobody panics")
}
