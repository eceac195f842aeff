//! One guard from the question to the answer.

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
        // Held while it is being made: others must wait anyway. The price is that readers wait for each other later on;
        // std's OnceLock has an atomic for them, to look at first.
        let mut value = self.value.lock().expect("`make` does not panic");
        value.get_or_insert_with(make).clone()
    }
}
