//! `Making` is the claim: set under the lock in the same step as the look that found `Empty`.

use super::sync::{Condvar, Mutex};

/// How far the making has come.
pub enum State {
    /// Nobody has asked yet.
    Empty,
    /// Somebody makes it at this moment.
    Making,
    /// Here it is.
    Made(u32),
}

/// A value made at first use.
pub struct OnceCell {
    state: Mutex<State>,
    made: Condvar,
}

impl OnceCell {
    /// Without a value.
    pub fn new() -> Self {
        OnceCell { state: Mutex::new(State::Empty), made: Condvar::new() }
    }

    /// The value, made by `make` if this is the first call, without the lock held.
    pub fn get_or_make(&self, make: &dyn Fn() -> u32) -> u32 {
        let mut state = self.state.lock().expect("nobody panics under this lock");
        loop {
            match *state {
                State::Made(value) => return value,
                State::Making => state = self.made.wait(state).expect("nobody panics under this lock"),
                State::Empty => break,
            }
        }
        *state = State::Making;
        drop(state);
        let value = make();
        *self.state.lock().expect("nobody panics under this lock") = State::Made(value);
        self.made.notify_all();
        value
    }

    /// The value, if it has been made.
    pub fn peek(&self) -> Option<u32> {
        match *self.state.lock().expect("nobody panics under this lock") {
            State::Made(value) => Some(value),
            State::Empty | State::Making => None,
        }
    }
}

impl Default for OnceCell {
    fn default() -> Self {
        OnceCell::new()
    }
}
