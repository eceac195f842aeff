//! **Claim**: Locked to check, locked to act, and yet overdrawn; under one lock it is not.
//!
//! **Python**:
//! ```python
//! with lock: enough = account.balance >= 100
//! if enough:
//!     with lock: account.balance -= 100       # the same bug, the same two blocks
//! ```
//!
//! **Predict**: Two withdrawals, nine steps each. How many of the 72 schedules are safe?
//!
//! **Try**: In `programs/account.rs`, keep the first guard in a variable (`let guard = ..`). What happens, and why?
//! (Ctrl-C ends it.)

use std::sync::{Barrier, Mutex};
use std::thread;

use common::{Figure, Lab, Verdict};

use crate::explorer::{Ending, count, shortest};
use crate::luck::account::{balances, outcomes};
use crate::models::account::{one_acquisition, two_acquisitions};
use crate::programs::account::{AMOUNT, check_and_act, check_then_act};
use crate::show;

/// How many pairs of withdrawals are left to luck.
const TRIALS: usize = 2_000;

/// The bad schedule, made to happen: both threads have checked before either acts.
pub fn forced() -> i64 {
    let balance = Mutex::new(AMOUNT);
    let both_have_checked = Barrier::new(2);
    let withdraw = || {
        check_then_act(&balance, || {
            both_have_checked.wait();
        })
    };
    thread::scope(|scope| {
        scope.spawn(withdraw);
        scope.spawn(withdraw);
    });
    balance.into_inner().expect("a withdrawal does not panic")
}

/// Shows the overdrawn account: forced, counted, run.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let left = forced();
    let figures = [Figure::new("balance", left as f64, "euros")];
    lab.prove("forced: 100 withdrawn twice from 100", left == -AMOUNT, figures);
    let (apart, together) = (two_acquisitions(), one_acquisition());
    let (broken, repaired) = (count(&apart, |account| account.balance), count(&together, |account| account.balance));
    let overdrawn = [&broken, &repaired].map(|all| all.of(|ending| !matches!(ending, Ending::Done(0))));
    let found = overdrawn.each_ref().map(ToString::to_string);
    let parts = [show::part(&overdrawn[0], &broken.total()), show::part(&overdrawn[1], &repaired.total())];
    if let Some(schedule) = shortest(&apart, |ending| matches!(ending, Ending::Done(end) if end.balance < 0)) {
        lab.detail(show::schedule("One of the 70", &schedule, "balance = -100"));
    }
    let repair_overdrew = free_running(lab);
    let claim = format!("{} schedules overdraw; under one lock {}, and no run", parts[0], parts[1]);
    lab.prove(claim, found == ["70", "0"] && !repair_overdrew, []);
    python(lab);
    Ok(())
}

/// Leaves both versions to luck. Returns whether the repaired one was overdrawn.
fn free_running(lab: &mut Lab) -> bool {
    let trials = lab.runs(TRIALS);
    let runs = [
        balances(trials, |balance| check_then_act(balance, || {})),
        balances(trials, |balance| check_then_act(balance, thread::yield_now)),
        balances(trials, check_and_act),
    ];
    lab.detail(outcomes(&runs));
    let overdrawn = runs.each_ref().map(|run| run.iter().filter(|&&balance| balance < 0).count() as u64);
    let figures = [Figure::count("apart", overdrawn[0]), Figure::count("with a yield", overdrawn[1])];
    lab.observe("left to luck, it overdraws too", Verdict::observed(overdrawn[0] + overdrawn[1] > 0), figures);
    overdrawn[2] > 0
}

fn python(lab: &mut Lab) {
    let Some(python) = lab.python("check_then_act.py", &[]) else { return };
    let names = [("apart", "apart_overdrawn"), ("with a sleep(0) between", "sleep_overdrawn")];
    let figures = names.map(|(name, figure)| Figure::new(name, 100.0 * python.figure(figure), "%"));
    let verdict = Verdict::observed(python.figure("sleep_overdrawn") > 0.0);
    lab.observe(format!("{} overdraws as well: the GIL is not your lock", python.name()), verdict, figures);
}
