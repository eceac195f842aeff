//! **Claim**: A lock is one word; good is the one that asks for a moment, then sleeps.
//!
//! **Python**:
//! ```python
//! with lock:            # threading.Lock: nothing ties the lock to what it guards
//!     total += 1
//! ```
//!
//! **Predict**: Two threads take one lock for a moment, again and again. Which is quicker: to sleep at once, or to ask
//! a hundred times first?
//!
//! **Try**: Give `ThreeStates` other numbers of questions: 1, 10, 1000. Where does it stop paying?

use std::sync::Barrier;
use std::thread;

use common::blocks::Table;
use common::{Figure, Lab, Verdict, measure};

use super::{beside_python, cell, nanoseconds, pin};
use crate::primitives::mutex::{Mutex, Park, RawMutex, Spin, ThreeStates};

/// How often each of two threads takes the lock.
const ROUNDS: u64 = 50_000;

/// Two threads count to `2 * ROUNDS` together. The value is inside the lock: there is no way to it but the guard.
pub fn count_together<R: RawMutex + Send + Sync>() -> u64 {
    let total = Mutex::<u64, R>::new(0);
    let start = Barrier::new(2);
    let work = |core| {
        pin(core);
        start.wait();
        for _ in 0..ROUNDS {
            *total.lock() += 1;
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| work(0));
        scope.spawn(|| work(1));
    });
    total.into_inner()
}

/// A panic unwinds through the guard, and the guard gives the lock back: Python's `with` does the same.
pub fn is_free_after_a_panic() -> bool {
    let total = Mutex::<u64>::new(0);
    let panicked = thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let _guard = total.lock();
            std::panic::resume_unwind(Box::new("in the middle of its work"));
        });
        worker.join().is_err()
    });
    panicked && total.try_lock().is_some()
}

/// Counts with each version, and shows what each way of waiting costs.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let title = "What a lock and unlock costs";
    let mut table = Table::new(title, &["lock", "alone", "two threads", "total"]);
    let mut wrong = 0;
    let mut row = |name: &str, alone: f64, count: fn() -> u64| {
        let (total, seconds) = measure::time(count);
        wrong += u64::from(total != 2 * ROUNDS);
        let together = seconds / (2 * ROUNDS) as f64 * 1e9;
        table.row(&[&name, &cell(alone), &cell(together), &common::format::count(total)]);
        together
    };
    let (spin, park) = (Mutex::<u64, Spin>::new(0), Mutex::<u64, Park>::new(0));
    let (at_once, three) = (Mutex::<u64, ThreeStates<0>>::new(0), Mutex::<u64, ThreeStates>::new(0));
    row("1 spin", nanoseconds(|| *spin.lock() += 1), count_together::<Spin>);
    row("2 park", nanoseconds(|| *park.lock() += 1), count_together::<Park>);
    let sleeps = row("3 three states, no spin", nanoseconds(|| *at_once.lock() += 1), count_together::<ThreeStates<0>>);
    let asks = row("3 three states", nanoseconds(|| *three.lock() += 1), count_together::<ThreeStates>);
    let (std, parking_lot) = (std::sync::Mutex::new(0), parking_lot::Mutex::new(0));
    let std_alone = nanoseconds(|| std.lock().map(|mut value| *value += 1).is_ok());
    row("std::sync::Mutex", std_alone, || {
        two_threads(
            std::sync::Mutex::new(0),
            |mutex| *mutex.lock().expect("nobody panics") += 1,
            |mutex| mutex.into_inner().expect("nobody panicked"),
        )
    });
    row("parking_lot::Mutex", nanoseconds(|| *parking_lot.lock() += 1), || {
        two_threads(parking_lot::Mutex::new(0), |mutex| *mutex.lock() += 1, parking_lot::Mutex::into_inner)
    });
    lab.detail(table);
    lab.prove("no update is lost; a panic gives the lock back", wrong == 0 && is_free_after_a_panic(), []);
    let figures = [Figure::ratio("quicker", sleeps / asks)];
    lab.observe("asking before sleeping pays", Verdict::observed_on_cores(2, asks < sleeps), figures);
    beside_python(lab, "lock", "threading.Lock");
    Ok(())
}

/// The same with somebody else's mutex.
fn two_threads<M: Sync>(mutex: M, add: impl Fn(&M) + Sync, end: impl FnOnce(M) -> u64) -> u64 {
    let start = Barrier::new(2);
    let work = |core| {
        pin(core);
        start.wait();
        (0..ROUNDS).for_each(|_| add(&mutex));
    };
    thread::scope(|scope| {
        scope.spawn(|| work(0));
        scope.spawn(|| work(1));
    });
    end(mutex)
}
