//! Version 1: owner and depth under a plain lock, and a condition variable for who has to wait.
//!
//! This is how Python's own `_RLock` thinks.

use super::mutex::Mutex;
use super::{Condvar, NOBODY, RawReentrant, identity};

#[derive(Debug)]
struct State {
    owner: u32,
    depth: u32,
}

/// Easy to see right, and two lock operations for each of its own.
#[derive(Debug)]
pub struct UnderALock {
    state: Mutex<State>,
    freed: Condvar,
}

// SAFETY: `lock` returns only when the owner is the caller, which is stored only when the depth was 0; the mutex orders
// one owner's actions before the next one's.
unsafe impl RawReentrant for UnderALock {
    fn new() -> Self {
        UnderALock { state: Mutex::new(State { owner: NOBODY, depth: 0 }), freed: Condvar::new() }
    }

    fn lock(&self) {
        let me = identity::current();
        let mut state = self.freed.wait_while(self.state.lock(), |state| state.depth > 0 && state.owner != me);
        state.owner = me;
        state.depth = state.depth.checked_add(1).expect("locked four billion times");
    }

    fn try_lock(&self) -> bool {
        let me = identity::current();
        let mut state = self.state.lock();
        if state.depth > 0 && state.owner != me {
            return false;
        }
        state.owner = me;
        state.depth = state.depth.checked_add(1).expect("locked four billion times");
        true
    }

    unsafe fn unlock(&self) {
        let mut state = self.state.lock();
        state.depth -= 1;
        if state.depth == 0 {
            self.freed.notify_one();
        }
    }
}
