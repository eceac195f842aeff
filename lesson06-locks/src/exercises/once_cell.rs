//! **Goal**: A value that is made by whoever asks first, once, and never again: also when many ask at the same time.
//!
//! **Minutes**: 15

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

impl Default for OnceCell {
    fn default() -> Self {
        OnceCell::new()
    }
}

impl OnceCell {
    /// Without a value.
    pub fn new() -> Self {
        OnceCell { state: Mutex::new(State::Empty), made: Condvar::new() }
    }

    /// The value, made by `make` if this is the first call. `make` runs without the lock held: it may take long, and a
    /// call of `peek` must not wait for it.
    pub fn get_or_make(&self, make: &dyn Fn() -> u32) -> u32 {
        todo!("claim the making under the lock, make it outside, and tell those who wait")
    }

    /// The value, if it has been made.
    pub fn peek(&self) -> Option<u32> {
        match *self.state.lock().expect("nobody panics under this lock") {
            State::Made(value) => Some(value),
            State::Empty | State::Making => None,
        }
    }
}
