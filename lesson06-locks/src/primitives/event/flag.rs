//! Version 1: the flag is the futex. A pulse, `set` and `clear` at once, passes by who is not quick enough.

use super::futex;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

const UNSET: u32 = 0;
const SET: u32 = 1;

/// A flag that threads can wait for.
#[derive(Debug)]
pub struct Flag {
    state: AtomicU32,
}

impl Flag {
    /// A flag that is not set.
    pub fn new() -> Self {
        Flag { state: AtomicU32::new(UNSET) }
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        // Acquire: pairs with the Release in `set`.
        self.state.load(Acquire) == SET
    }

    /// Waits until the flag is set. A thread that is woken, and looks only when the flag has been cleared again, waits
    /// on.
    pub fn wait(&self) {
        while !self.is_set() {
            futex::wait(&self.state, UNSET);
        }
    }

    /// Sets the flag and wakes everybody.
    pub fn set(&self) {
        // Release: what was done before is seen after the `wait`.
        self.state.swap(SET, Release);
        futex::wake_all(&self.state);
    }

    /// Takes the flag down.
    pub fn clear(&self) {
        // Relaxed: nobody may conclude anything from a flag that is down.
        self.state.swap(UNSET, Relaxed);
    }
}

impl Default for Flag {
    fn default() -> Self {
        Flag::new()
    }
}
