//! Version 2: count and round in one word. What version 1 could not do is meet without sleeping, when all are near.

use std::time::Duration;

use super::sync::atomic::{AtomicU32, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed};
use super::{Broken, Deadline, futex, hint, thread};

const BROKEN: u32 = 1;
/// Somebody may sleep, so the last to come must wake.
const SLEEPERS: u32 = 2;
/// How many have come, in fourteen bits.
const ARRIVED: u32 = 1 << 2;
/// Which meeting this is, in the sixteen bits above.
const ROUND: u32 = 1 << 16;
/// The most threads that can meet.
pub const MAX_THREADS: u32 = ROUND / ARRIVED - 1;

/// How often a thread gives its core away before it sleeps.
const YIELDS: u32 = 16;

/// Lets threads go when so many have come, as often as they like.
#[derive(Debug)]
pub struct Barrier<const SPIN: u32 = 40> {
    threads: u32,
    /// One word, because coming in and learning which round it is must be one step: a thread that read the round first
    /// could be counted in the next.
    state: AtomicU32,
}

impl Barrier {
    /// A barrier for so many threads.
    pub fn new(threads: u32) -> Self {
        Barrier::with_spin(threads)
    }
}

impl<const SPIN: u32> Barrier<SPIN> {
    /// A barrier with another number of questions before the sleep.
    ///
    /// # Panics
    /// If there are no threads, or more than [`MAX_THREADS`].
    pub fn with_spin(threads: u32) -> Self {
        assert!((1..=MAX_THREADS).contains(&threads), "a barrier is for 1 to {MAX_THREADS} threads");
        Barrier { threads, state: AtomicU32::new(0) }
    }

    /// Waits for the others. One thread of each round gets `true`.
    ///
    /// # Errors
    /// If the barrier is broken, or is broken while this thread waits.
    pub fn wait(&self) -> Result<bool, Broken> {
        self.wait_until(Deadline::NEVER)
    }

    /// The same, but no longer than `limit`. Whoever gives up breaks the barrier, as Python's `barrier.wait(timeout)` does:
    /// it has been counted, and will not be there.
    ///
    /// # Errors
    /// As [`Barrier::wait`], and if the time is over.
    pub fn wait_for(&self, limit: Duration) -> Result<bool, Broken> {
        self.wait_until(Deadline::after(limit))
    }

    fn wait_until(&self, deadline: Deadline) -> Result<bool, Broken> {
        let mut state = self.state.load(Relaxed);
        let last = loop {
            if state & BROKEN != 0 {
                return Err(Broken);
            }
            let last = state % ROUND / ARRIVED + 1 == self.threads;
            let next = if last { (state / ROUND * ROUND).wrapping_add(ROUND) } else { state + ARRIVED };
            // Release what this thread did, for the last to come; Acquire what the others did, if this is the last.
            match self.state.compare_exchange(state, next, AcqRel, Relaxed) {
                Ok(_) => break last,
                Err(now) => state = now,
            }
        };
        if !last {
            return self.wait_for_the_end_of(state / ROUND, deadline);
        }
        if state & SLEEPERS != 0 {
            futex::wake_all(&self.state);
        }
        Ok(true)
    }

    fn wait_for_the_end_of(&self, round: u32, deadline: Deadline) -> Result<bool, Broken> {
        // A round that was complete before the barrier broke stays complete.
        let over = |state: u32| match state / ROUND {
            now if now != round => Some(Ok(false)),
            _ => (state & BROKEN != 0).then_some(Err(Broken)),
        };
        for _ in 0..SPIN {
            // Acquire: what the others did before they came is seen from here on.
            if let Some(result) = over(self.state.load(Acquire)) {
                return result;
            }
            hint::spin_loop();
        }
        // With more threads than cores, those that are missing wait for this one's core. Letting them have it is
        // cheaper than sleeping, and being woken by the last.
        for _ in 0..SPIN.min(YIELDS) {
            if let Some(result) = over(self.state.load(Acquire)) {
                return result;
            }
            thread::yield_now();
        }
        loop {
            let state = self.state.load(Acquire);
            if let Some(result) = over(state) {
                return result;
            }
            if deadline.is_over() {
                // Only if nothing has changed: the last one may have come together with the end of the time.
                if self.state.compare_exchange(state, state | BROKEN, Relaxed, Relaxed).is_ok() {
                    futex::wake_all(&self.state);
                    return Err(Broken);
                }
                continue;
            }
            // Announced before sleeping; if the state has changed meanwhile, look again. Relaxed: it only counts heads.
            let announced = state | SLEEPERS;
            if state == announced || self.state.compare_exchange(state, announced, Relaxed, Relaxed).is_ok() {
                futex::wait_until(&self.state, announced, deadline);
            }
        }
    }

    /// Breaks the barrier: everybody who waits, or comes later, gets an error instead of waiting for ever.
    pub fn abort(&self) {
        // Relaxed: the error says that the others have not come. Nothing they did is promised.
        self.state.fetch_or(BROKEN, Relaxed);
        futex::wake_all(&self.state);
    }

    /// Makes a broken barrier whole. It takes `&mut self`: nobody can be waiting, so nobody need be sent away, which is
    /// what Python's `reset` has to do.
    pub fn reset(&mut self) {
        self.state = AtomicU32::new(0);
    }
}
