//! The global interpreter lock, as CPython builds it since 3.2 (`Python/ceval_gil.c`).
//!
//! The difficulty is not exclusion, a mutex would do, but handing over. The holder is busy and must not pay for
//! fairness, so the *waiter* keeps the time: it waits one switch interval, and if nobody else has had a turn
//! meanwhile it sets a drop request, which the holder finds at its next poll of one flag.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::eval_breaker::{DROP_REQUEST, EvalBreaker};

/// CPython's default (`sys.getswitchinterval()`).
pub const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// The lock. Threads are numbered from 0; each has one eval breaker.
#[derive(Debug)]
pub struct Gil<'b> {
    switch_interval: Duration,
    breakers: &'b [EvalBreaker],
    state: Mutex<State>,
    /// Signalled when the lock becomes free.
    released: Condvar,
    /// Signalled when a thread has taken the lock: what a thread that was made to drop it waits for.
    taken: Condvar,
}

#[derive(Debug, Default)]
struct State {
    locked: bool,
    last_holder: Option<usize>,
    drop_requested: Option<Instant>,
    counters: GilCounters,
}

/// What happened to the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GilCounters {
    /// The lock went from one thread to another (CPython's `switch_number`).
    pub switches: u64,
    /// A waiter lost patience.
    pub drop_requests: u64,
    /// The lock was dropped on request, and the dropper waited until another thread had it.
    pub forced_switches: u64,
}

impl<'b> Gil<'b> {
    /// A free lock for as many threads as there are eval breakers.
    #[must_use]
    pub fn new(switch_interval: Duration, breakers: &'b [EvalBreaker]) -> Self {
        Gil { switch_interval, breakers, state: Mutex::default(), released: Condvar::new(), taken: Condvar::new() }
    }

    /// Waits for the lock and takes it.
    pub fn take_gil(&self, me: usize) {
        let mut state = lock(&self.state);
        while state.locked {
            let switches = state.counters.switches;
            let wait = self.released.wait_timeout(state, self.switch_interval);
            let (relocked, wait) = wait.unwrap_or_else(PoisonError::into_inner);
            state = relocked;
            // A switch in the meantime means that the lock does go round, only not to us: the new holder is
            // entitled to an interval of its own. Without this test, many waiters would chase it from thread to
            // thread far more often than once an interval.
            if wait.timed_out() && state.locked && state.counters.switches == switches {
                self.request_drop(&mut state);
            }
        }
        state.locked = true;
        if state.last_holder.replace(me).is_some_and(|last| last != me) {
            state.counters.switches += 1;
        }
        // All: several threads may be waiting in `drop_gil`, and each must see a holder that is not itself.
        self.taken.notify_all();
    }

    /// Gives the lock up. If that was asked for, waits until another thread has it. Says since when it was asked for.
    ///
    /// Without that wait the request would come to nothing: the woken thread needs microseconds to run again, and
    /// a dropper that goes straight back into [`take_gil`](Gil::take_gil) has taken the lock long before.
    pub fn drop_gil(&self, me: usize) -> Option<Instant> {
        let mut state = lock(&self.state);
        state.locked = false;
        self.breakers[me].clear(DROP_REQUEST);
        self.released.notify_one();
        let requested = state.drop_requested.take()?;
        state.counters.forced_switches += 1;
        // Somebody will come: whoever asked for the lock is in `take_gil`, and nobody leaves that without the lock.
        while state.last_holder == Some(me) {
            state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Some(requested)
    }

    /// What has happened so far.
    #[must_use]
    pub fn counters(&self) -> GilCounters {
        lock(&self.state).counters
    }

    /// Called with the state locked and somebody holding the GIL, so the request reaches that very holder, and never
    /// a thread that has just dropped it.
    fn request_drop(&self, state: &mut State) {
        if let (Some(holder), None) = (state.last_holder, state.drop_requested) {
            state.drop_requested = Some(Instant::now());
            state.counters.drop_requests += 1;
            self.breakers[holder].set(DROP_REQUEST);
        }
    }
}

/// Locks a mutex whose data is whole between any two statements, so that a panic elsewhere does not spoil it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
