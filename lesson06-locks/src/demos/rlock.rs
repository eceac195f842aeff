//! **Claim**: Who takes a plain lock twice waits for himself; a re-entrant one lets him in.
//!
//! **Python**:
//! ```python
//! with rlock:           # threading.RLock
//!     with rlock: ...   # with a Lock, the program would stand still here
//! ```
//!
//! **Predict**: Why does a re-entrant guard never give you a `&mut T`?
//!
//! **Try**: Write `account.lock().balance += 1` for `Cell::set`. What does the compiler say?

use std::cell::Cell;
use std::thread;

use common::{Lab, Verdict};

use super::beside_python;
use crate::costs::rlock::costs;
use crate::primitives::mutex::Mutex;
use crate::primitives::reentrant::ReentrantMutex;

/// An object whose methods call each other, each taking the lock for itself: the reason why `RLock` exists.
pub struct Account {
    balance: ReentrantMutex<Cell<i64>>,
}

impl Account {
    /// An account with money.
    pub fn new(balance: i64) -> Self {
        Account { balance: ReentrantMutex::new(Cell::new(balance)) }
    }

    /// Takes money out.
    pub fn withdraw(&self, amount: i64) {
        let balance = self.balance.lock();
        balance.set(balance.get() - amount);
    }

    /// Takes money out and a fee: the second lock inside the first. Returns what is left.
    pub fn withdraw_with_fee(&self, amount: i64) -> i64 {
        let balance = self.balance.lock();
        self.withdraw(amount);
        self.withdraw(1);
        balance.get()
    }
}

/// Whether a plain lock lets its own holder in. `try_lock` asks; `lock` would never return.
pub fn plain_lets_its_holder_in() -> bool {
    let plain = Mutex::<()>::new(());
    let _first = plain.lock();
    plain.try_lock().is_some()
}

/// Whether a re-entrant lock that is held twice, and given back once, keeps another thread out.
pub fn one_level_keeps_others_out() -> bool {
    let mutex = ReentrantMutex::<()>::new(());
    let outer = mutex.lock();
    drop(mutex.lock());
    let kept_out = thread::scope(|scope| {
        let other = scope.spawn(|| mutex.try_lock().is_none());
        other.join().expect("it only asks")
    });
    drop(outer);
    kept_out
}

/// Takes locks twice.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    lab.prove("a plain lock keeps its own holder out: one thread, one deadlock", !plain_lets_its_holder_in(), []);
    let let_in = Account::new(100).withdraw_with_fee(10) == 89;
    lab.prove("a re-entrant one lets it in, until all is given back", let_in && one_level_keeps_others_out(), []);
    let (table, once) = costs();
    lab.detail(table);
    lab.observe("asking \"is it me?\" without a lock pays", Verdict::observed(once[1] < once[0]), []);
    beside_python(lab, "rlock", "threading.RLock");
    Ok(())
}
