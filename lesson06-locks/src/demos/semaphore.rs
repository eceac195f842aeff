//! **Claim**: N are in and no more; to serve in the order of asking costs throughput.
//!
//! **Python**:
//! ```python
//! with threading.Semaphore(3): ...    # asyncio.Semaphore for tasks; tokio::sync::Semaphore here
//! ```
//!
//! **Predict**: A thread gives its permit back and asks again at once, while another has been waiting. Who gets it?
//!
//! **Try**: Set PERMITS to 1: what is the difference to a mutex then? (Who may give it back?)

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Figure, Lab, Verdict};

use super::beside_python;
use crate::costs::semaphore::costs;
use crate::primitives::semaphore::{Fair, RawSemaphore, Semaphore, UnderALock, Unfair};

/// How many may be in at once.
const PERMITS: u32 = 3;
/// How many want to.
const THREADS: usize = 8;

/// The most that were ever inside, of eight threads that come again and again.
pub fn most_inside<R: RawSemaphore + Send + Sync>() -> u32 {
    let semaphore = Semaphore::<R>::new(PERMITS);
    let (inside, most) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..50 {
                    let _permit = semaphore.acquire();
                    // Relaxed: counting is all these do, and each count is one step.
                    most.fetch_max(inside.fetch_add(1, Relaxed) + 1, Relaxed);
                    thread::yield_now(); // gives a thread too many the chance to come in
                    inside.fetch_sub(1, Relaxed);
                }
            });
        }
    });
    most.into_inner()
}

/// Threads that queue up one after the other for a fair semaphore, and the order in which they get in.
pub fn order_of_service() -> Vec<usize> {
    let semaphore = Arc::new(Semaphore::<Fair>::new(0));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut waiters = Vec::new();
    for number in 0..THREADS {
        let (semaphore_of_its_own, order) = (Arc::clone(&semaphore), Arc::clone(&order));
        waiters.push(thread::spawn(move || {
            let permit = semaphore_of_its_own.acquire();
            order.lock().expect("nobody panics").push(number);
            drop(permit);
        }));
        while semaphore.waiting() <= number {
            thread::yield_now(); // until it stands in the queue: only then comes the next
        }
    }
    semaphore.add_permit(); // one permit, handed from each to the next
    waiters.into_iter().for_each(|waiter| waiter.join().expect("it only notes its number"));
    order.lock().expect("nobody panics").clone()
}

/// Counts who is in, and looks at who is next.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let most = [most_inside::<UnderALock>(), most_inside::<Unfair>(), most_inside::<Fair>()];
    let figure = Figure::count("most inside", u64::from(most[1]));
    let in_order = order_of_service() == (0..THREADS).collect::<Vec<_>>();
    let claim = format!("no more than {PERMITS} of {THREADS}; the fair one in their order");
    lab.prove(claim, most.iter().all(|&most| most <= PERMITS) && in_order, [figure]);
    let (table, [quick, slow]) = costs();
    lab.detail(table);
    let figures = [Figure::ratio("slower", slow / quick)];
    lab.observe("fairness costs throughput", Verdict::observed_on_cores(2, slow > quick), figures);
    beside_python(lab, "semaphore", "threading.Semaphore");
    Ok(())
}
