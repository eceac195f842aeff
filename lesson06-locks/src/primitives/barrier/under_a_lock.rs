//! Version 1: a count and a round under a lock. Without the round, a quick thread would come in twice.

use super::{Broken, Condvar, Mutex};

#[derive(Debug, Default)]
struct State {
    arrived: u32,
    /// Which meeting this is. A thread waits for its own to be over, not for the count to be anything: the count is
    /// in use for the next meeting before the last sleeper of this one has woken.
    round: u32,
    broken: bool,
}

/// Lets threads go when so many have come.
#[derive(Debug)]
pub struct UnderALock {
    threads: u32,
    state: Mutex<State>,
    changed: Condvar,
}

impl UnderALock {
    /// A barrier for so many threads.
    pub fn new(threads: u32) -> Self {
        UnderALock { threads, state: Mutex::new(State::default()), changed: Condvar::new() }
    }

    /// Waits for the others. One thread of each round gets `true`.
    ///
    /// # Errors
    /// If the barrier is broken, or is broken while this thread waits.
    pub fn wait(&self) -> Result<bool, Broken> {
        let mut state = self.state.lock();
        if state.broken {
            return Err(Broken);
        }
        state.arrived += 1;
        if state.arrived == self.threads {
            state.arrived = 0;
            state.round = state.round.wrapping_add(1);
            drop(state);
            self.changed.notify_all();
            return Ok(true);
        }
        let round = state.round;
        let state = self.changed.wait_while(state, |state| state.round == round && !state.broken);
        // A round that was complete before the barrier broke stays complete.
        if state.round == round { Err(Broken) } else { Ok(false) }
    }

    /// Breaks the barrier: everybody who waits, or comes later, gets an error instead of waiting for ever.
    pub fn abort(&self) {
        self.state.lock().broken = true;
        self.changed.notify_all();
    }
}
