//! **Claim**: It remembers nothing and a wake-up proves nothing: wait in a loop, on a value.
//!
//! **Python**:
//! ```python
//! with condition:
//!     condition.wait_for(lambda: ready)    # the loop; a bare condition.wait() is the bug
//! ```
//!
//! **Predict**: `notify_one()`, and a moment later another thread calls `wait()`. How long does it wait?
//!
//! **Try**: Set CAPACITY to 1: how much of the queue's throughput is left?

use std::sync::{Condvar as StdCondvar, Mutex as StdMutex};
use std::thread;
use std::time::{Duration, Instant};

use common::blocks::Schedule;
use common::{Figure, Lab, measure};

use crate::costs::condition::costs;
use crate::primitives::condvar::Condvar;
use crate::primitives::mutex::Mutex;
use crate::primitives::queue::OneLock;

/// How many items the queue holds.
const CAPACITY: usize = 100;
/// How many items go through it.
const ITEMS: u32 = 20_000;

/// Notified first, waiting later, and looking at no value: how long it waits, if it gives up after `patience`.
pub fn notify_before_wait(patience: Duration) -> Duration {
    let (lock, condition) = (StdMutex::new(()), StdCondvar::new());
    condition.notify_one();
    let start = Instant::now();
    let mut guard = lock.lock().expect("nobody panics");
    while start.elapsed() < patience {
        // In a loop even here: it may return early, for no reason.
        let left = patience.saturating_sub(start.elapsed());
        (guard, _) = condition.wait_timeout(guard, left).expect("nobody panics");
    }
    start.elapsed()
}

/// The same with a value under the lock: the notification is lost, the news is not.
pub fn notify_before_wait_with_a_value() -> bool {
    let (ready, condition) = (Mutex::<bool>::new(false), Condvar::new());
    *ready.lock() = true;
    condition.notify_one();
    *condition.wait_while(ready.lock(), |ready| !*ready)
}

/// A producer and a consumer share a bounded queue, which is two conditions and a lock. The sum of what arrives.
pub fn through_the_queue() -> u64 {
    let queue = OneLock::new(CAPACITY);
    thread::scope(|scope| {
        scope.spawn(|| (0..ITEMS).for_each(|item| queue.put(item)));
        (0..ITEMS).map(|_| u64::from(queue.get())).sum()
    })
}

/// Loses a notification, loses no news, and moves items.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let patience = Duration::from_millis(50);
    let waited = notify_before_wait(patience);
    let figure = Figure::seconds("after", waited.as_secs_f64());
    let repaired = notify_before_wait_with_a_value();
    lab.prove("notified before the wait: lost; a value keeps it", waited >= patience && repaired, [figure]);
    let mut schedule = Schedule::new(
        "Version 1, unlock and then sleep: the schedule that hangs",
        &["waiter", "notifier"],
        "the waiter sleeps for ever; `cargo test` finds it, and no such schedule of versions 2 and 3",
    );
    for (thread, action) in
        [(0, "LOCK, looks: no"), (0, "UNLOCK"), (1, "LOCK, sets, UNLOCK"), (1, "NOTIFY: nobody"), (0, "SLEEP")]
    {
        schedule.step(thread, action);
    }
    lab.detail(schedule);
    let (sum, seconds) = measure::time(through_the_queue);
    let expected = (0..u64::from(ITEMS)).sum::<u64>();
    lab.prove("a bounded queue (a lock, two conditions) loses no item", sum == expected, []);
    lab.detail(costs(ITEMS, CAPACITY));
    let rows = [("items a second through a bounded queue", f64::from(ITEMS) / seconds, "queue", "")];
    lab.beside_python("locks.py", &["--only", "queue"], rows);
    Ok(())
}
