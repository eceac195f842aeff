//! **Claim**: The need decides, and the cheapest primitive is the one you do not need.
//!
//! **Python**: the same table, one column: `Lock`, `RLock`, `Condition`, `Semaphore`, `Event`, `Barrier`, `Queue`.
//!
//! **Predict**: A counter that eight threads increase. What do you take?
//!
//! **Try**: Run it with `--release`. Which rows change places?

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{OnceLock, mpsc};

use common::blocks::Table;
use common::{Figure, Lab, Verdict};

use crate::costs::{cell, nanoseconds};
use crate::primitives::event::Event;
use crate::primitives::mutex::Mutex;
use crate::primitives::queue::Queue;
use crate::primitives::reentrant::ReentrantMutex;
use crate::primitives::rwlock::RwLock;
use crate::primitives::semaphore::{Semaphore, Unfair};

/// What each need costs here when nobody competes.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (own, atomic, mutex) = (Cell::new(0_u64), AtomicU64::new(0), Mutex::<u64>::new(0));
    let (reentrant, rwlock) = (ReentrantMutex::<Cell<u64>>::new(Cell::new(0)), RwLock::<u64>::new(0));
    let (semaphore, event, once, queue) = (Semaphore::<Unfair>::new(1), Event::new(), OnceLock::new(), Queue::new(1));
    event.set();
    let (sender, receiver) = mpsc::channel();
    let own_cost = nanoseconds(|| own.set(own.get() + 1));
    let atomic_cost = nanoseconds(|| atomic.fetch_add(1, Relaxed));
    let mutex_cost = nanoseconds(|| *mutex.lock() += 1);
    let rows = [
        ("a value a thread, added up at the end", "nothing shared", own_cost),
        ("one number or flag", "an atomic", atomic_cost),
        ("several values that belong together", "Mutex", mutex_cost),
        ("the same, and methods that call each other", "ReentrantMutex", nanoseconds(|| reentrant.lock().set(1))),
        ("read by many for long, changed seldom", "RwLock (read)", nanoseconds(|| *rwlock.read())),
        ("wait until a value is as it should be", "Mutex and Condvar", mutex_cost),
        ("at most N at once", "Semaphore", nanoseconds(|| drop(semaphore.acquire()))),
        ("wait for one thing to have happened", "Event (set)", nanoseconds(|| event.wait())),
        ("made once, then read", "OnceLock, LazyLock", nanoseconds(|| *once.get_or_init(|| 1))),
        ("work that goes from thread to thread", "bounded Queue", nanoseconds(|| (queue.put(1), queue.get()).1)),
        ("the same, without a bound", "mpsc::channel", nanoseconds(|| (sender.send(1).is_ok(), receiver.try_recv()).0)),
    ];
    let mut table = Table::new("What do you need?", &["need", "take", "here, alone"]);
    for (need, take, cost) in rows {
        table.row(&[&need, &take, &cell(cost)]);
    }
    table.row(&[&"all meet before any goes on", &"Barrier", &"see barrier"]);
    table.row(&[&"held across an await", &"tokio::sync::Mutex", &"see priority"]);
    lab.detail(table);
    let holds = own_cost <= atomic_cost && atomic_cost <= mutex_cost;
    let figures = [Figure::ratio("mutex to atomic", mutex_cost / atomic_cost)];
    lab.observe("own beats atomic, atomic beats lock", Verdict::observed(holds), figures);
    Ok(())
}
