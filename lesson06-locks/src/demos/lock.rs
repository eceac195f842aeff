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

use common::{Figure, Lab, Verdict};

use super::beside_python;
use crate::costs::lock::costs;
use crate::costs::pin;
use crate::primitives::mutex::{Mutex, RawMutex};

/// How often each of two threads takes the lock.
pub const ROUNDS: u64 = 50_000;

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
    let (table, wrong, [sleeps, asks]) = costs();
    lab.detail(table);
    lab.prove("no update is lost; a panic gives the lock back", wrong == 0 && is_free_after_a_panic(), []);
    let figures = [Figure::ratio("quicker", sleeps / asks)];
    lab.observe("asking before sleeping pays", Verdict::observed_on_cores(2, asks < sleeps), figures);
    beside_python(lab, "lock", "threading.Lock");
    Ok(())
}
