//! The round is what to wait for. The count is of no use to a sleeper: it may have been reset and be growing again.

use super::sync::{Condvar, Mutex};

/// Where a meeting stands.
pub struct State {
    /// How many have come to this round.
    pub arrived: usize,
    /// Which round this is.
    pub round: usize,
}

/// Lets threads go when so many have come.
pub struct Barrier {
    threads: usize,
    state: Mutex<State>,
    changed: Condvar,
}

impl Barrier {
    /// A barrier for so many threads.
    pub fn new(threads: usize) -> Self {
        Barrier { threads, state: Mutex::new(State { arrived: 0, round: 0 }), changed: Condvar::new() }
    }

    /// Waits for the others.
    pub fn wait(&self) {
        let mut state = self.state.lock().expect("nobody panics under this lock");
        state.arrived += 1;
        if state.arrived == self.threads {
            state.arrived = 0;
            state.round += 1;
            self.changed.notify_all();
            return;
        }
        let round = state.round;
        while state.round == round {
            state = self.changed.wait(state).expect("nobody panics under this lock");
        }
    }
}
