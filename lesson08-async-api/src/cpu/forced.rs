//! Forced: jobs that cannot end, so that what is begun can be counted; and clients that hang up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use tokio::task::spawn_blocking;

use super::Bounded;

/// A gate that threads wait at, and how many do.
#[derive(Default)]
struct Gate(Mutex<(usize, bool)>, Condvar);

impl Gate {
    fn pass(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 += 1;
        while !state.1 {
            state = self.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn open(&self) -> usize {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 = true;
        self.1.notify_all();
        state.0
    }

    fn waiting(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

/// So many jobs come at once, and none can end: how many are begun on blocking threads; and on the bounded pool how many
/// are begun, and how many refused.
///
/// # Errors
/// If the system has no thread left.
pub async fn begun_at_once(jobs: usize, threads: usize, waiting: usize) -> anyhow::Result<[usize; 3]> {
    let gate = Arc::new(Gate::default());
    let tasks: Vec<_> = (0..jobs)
        .map(|_| {
            spawn_blocking({
                let gate = Arc::clone(&gate);
                move || gate.pass()
            })
        })
        .collect();
    while gate.waiting() < jobs {
        tokio::task::yield_now().await;
    }
    let blocking = gate.open();
    futures::future::join_all(tasks).await;
    let (gate, pool) = (Arc::new(Gate::default()), Bounded::new(threads, waiting)?);
    let submit = |_| {
        pool.submit({
            let gate = Arc::clone(&gate);
            move || gate.pass()
        })
    };
    let (accepted, refused): (Vec<_>, Vec<_>) = (0..jobs).map(submit).partition(Result::is_ok);
    while gate.waiting() < threads.min(jobs) {
        tokio::task::yield_now().await;
    }
    let begun = gate.open();
    futures::future::join_all(accepted.into_iter().flatten()).await;
    Ok([blocking, begun, refused.len()])
}

/// Clients hang up while their jobs wait: how many jobs are worked on all the same.
///
/// # Errors
/// If the system has no thread left.
pub async fn worked_for_nobody() -> anyhow::Result<usize> {
    let (gate, pool, worked) = (Arc::new(Gate::default()), Bounded::new(1, 8)?, Arc::new(AtomicUsize::new(0)));
    let busy = pool.submit({
        let gate = Arc::clone(&gate);
        move || gate.pass()
    })?;
    let count = || {
        let worked = Arc::clone(&worked);
        move || worked.fetch_add(1, Ordering::Relaxed)
    };
    let jobs: Vec<_> = (0..7).map(|_| pool.submit(count())).collect();
    let last = pool.submit(|| ())?; // behind them in the queue of one thread
    drop(jobs);
    gate.open();
    busy.await?;
    last.await?;
    Ok(worked.load(Ordering::Relaxed))
}
