//! **Goal**: A cell that is filled once. Whoever comes first makes the value; whoever comes meanwhile gets that value, and
//! not a moment too early.
//!
//! **Minutes**: 20

use super::sync::Mutex;

/// A value that is made on first use.
#[derive(Debug)]
pub struct OnceCell<T> {
    value: Mutex<Option<T>>,
}

impl<T: Clone> OnceCell<T> {
    /// An empty cell.
    pub fn empty() -> Self {
        OnceCell { value: Mutex::new(None) }
    }

    /// The value. `make` is called by one thread, once, whoever else comes.
    pub fn get_or_make(&self, make: impl FnOnce() -> T) -> T {
        todo!("for how long must the lock be held?")
    }
}
