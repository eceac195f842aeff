//! The loop is the point: between the notification and the waking another thread may have taken the permit.

use super::sync::{Condvar, Mutex};

/// Counts permits.
pub struct Semaphore {
    permits: Mutex<usize>,
    added: Condvar,
}

impl Semaphore {
    /// So many permits.
    pub fn new(permits: usize) -> Self {
        Semaphore { permits: Mutex::new(permits), added: Condvar::new() }
    }

    /// Takes a permit, waiting while there is none.
    pub fn acquire(&self) {
        let mut permits = self.permits.lock().expect("nobody panics under this lock");
        while *permits == 0 {
            permits = self.added.wait(permits).expect("nobody panics under this lock");
        }
        *permits -= 1;
    }

    /// Gives a permit back.
    pub fn release(&self) {
        *self.permits.lock().expect("nobody panics under this lock") += 1;
        self.added.notify_one();
    }
}
