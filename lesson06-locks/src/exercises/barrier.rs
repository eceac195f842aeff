//! **Goal**: A barrier that can be used again and again: nobody leaves a round before all have come to it, and a quick
//! thread that comes to the next round does not confuse the slow ones of this.
//!
//! **Minutes**: 20

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
        todo!("the last one begins a new round; what do the others wait for?")
    }
}
