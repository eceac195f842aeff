//! Version 2: count the settings. What version 1 could not do is let a thread go that has slept through a pulse.
//!
//! It also asks before it sleeps, and remembers whether anybody sleeps at all.

use std::time::Duration;

use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use super::{Deadline, futex, hint};

const SET: u32 = 1;
/// Somebody may sleep, so `set` must wake.
const SLEEPERS: u32 = 2;
/// How often it was set, in the remaining thirty bits.
const SETTING: u32 = 4;

/// A flag that threads can wait for. Every `set` lets all go who wait at that time, as Python's does, even if a `clear`
/// comes before they look.
#[derive(Debug)]
pub struct Event<const SPIN: u32 = 200> {
    state: AtomicU32,
}

impl Event {
    /// A flag that is not set.
    pub fn new() -> Self {
        Event::with_spin()
    }
}

impl<const SPIN: u32> Event<SPIN> {
    /// A flag that is not set, with another number of questions before the sleep.
    pub fn with_spin() -> Self {
        Event { state: AtomicU32::new(0) }
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        // Acquire: pairs with the Release in `set`, here and in `wait`.
        self.state.load(Acquire) & SET != 0
    }

    /// Waits until the flag is set, or has been in the meantime.
    pub fn wait(&self) {
        self.wait_until(Deadline::NEVER);
    }

    /// The same, but no longer than `limit`. Whether it was set: Python's `event.wait(timeout)`.
    pub fn wait_for(&self, limit: Duration) -> bool {
        self.wait_until(Deadline::after(limit))
    }

    fn wait_until(&self, deadline: Deadline) -> bool {
        let before = self.state.load(Acquire);
        // Thirty bits wrap around: a thread held up for exactly a billion settings would wait for one more.
        let over = |now: u32| now & SET != 0 || now / SETTING != before / SETTING;
        if over(before) {
            return true;
        }
        for _ in 0..SPIN {
            if over(self.state.load(Acquire)) {
                return true;
            }
            hint::spin_loop();
        }
        loop {
            let now = self.state.load(Acquire);
            if over(now) {
                return true;
            }
            if deadline.is_over() {
                return false; // what it announced stays: the next `set` wakes for nothing
            }
            // Announced before sleeping; if the state has changed meanwhile, look again. Relaxed: it only counts heads.
            let announced = now | SLEEPERS;
            if now == announced || self.state.compare_exchange(now, announced, Relaxed, Relaxed).is_ok() {
                futex::wait_until(&self.state, announced, deadline);
            }
        }
    }

    /// Sets the flag and lets everybody go who waits.
    pub fn set(&self) {
        let mut now = self.state.load(Relaxed);
        loop {
            let next = ((now & !SLEEPERS) | SET).wrapping_add(SETTING);
            // Release: what was done before is seen after the `wait`.
            match self.state.compare_exchange(now, next, Release, Relaxed) {
                Ok(_) => break,
                Err(other) => now = other,
            }
        }
        if now & SLEEPERS != 0 {
            futex::wake_all(&self.state);
        }
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        // Relaxed: nobody concludes anything from a flag that is down. One step, so that no setting is lost: who
        // reads the count later has still synchronised with the `set`.
        self.state.fetch_and(!SET, Relaxed);
    }
}

impl<const SPIN: u32> Default for Event<SPIN> {
    fn default() -> Self {
        Event::with_spin()
    }
}
