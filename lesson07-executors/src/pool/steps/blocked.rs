//! How many workers of a pool that blocks wait for a job of that same pool. Were all of them to wait, nobody would be left.

use super::sync::{Arc, Mutex};

/// A pool's workers, and which of their waits are going on.
#[derive(Debug)]
pub struct Blocked {
    workers: usize,
    waits: Mutex<Waits>,
}

#[derive(Debug, Default)]
struct Waits {
    begun: u64,
    going_on: Vec<u64>,
}

/// A worker's wait, until its job has finished.
#[derive(Debug)]
pub struct Waiting {
    among: Arc<Blocked>,
    number: u64,
}

impl Blocked {
    /// Nobody waits.
    pub fn new(workers: usize) -> Arc<Self> {
        Arc::new(Blocked { workers, waits: Mutex::new(Waits::default()) })
    }

    /// One worker more waits; `None` if it is the last that could do any work.
    pub fn enter(this: &Arc<Self>) -> Option<Arc<Waiting>> {
        let mut waits = this.waits.lock().expect("nobody panics under this lock");
        if waits.going_on.len() + 1 >= this.workers {
            return None;
        }
        waits.begun += 1;
        let number = waits.begun;
        waits.going_on.push(number);
        Some(Arc::new(Waiting { among: Arc::clone(this), number }))
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waits.lock().expect("nobody panics under this lock").going_on.len()
    }
}

impl Waiting {
    /// Its job has finished. Said by whoever finished it and by who waited, each before taking another job: whichever is
    /// first takes it off the list, and the other finds it gone.
    pub fn end(&self) {
        self.among
            .waits
            .lock()
            .expect("nobody panics under this lock")
            .going_on
            .retain(|&number| number != self.number);
    }
}
