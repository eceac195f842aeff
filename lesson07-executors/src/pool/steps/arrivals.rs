//! Which jobs have finished and were not asked for yet, and who waits for the next. (`_AsCompletedWaiter` in CPython's
//! `concurrent/futures/_base.py`)

use std::collections::VecDeque;

use super::completion::Wake;
use super::sync::Mutex;

/// Numbers of jobs, in the order in which they finished.
#[derive(Debug)]
pub struct Arrivals<W>(Mutex<State<W>>);

/// Both under one lock. With two, an arrival could come between them: it would take the waker of the *next* wait, which
/// is told once only, and the arrival after it would find none, and wake nobody.
#[derive(Debug)]
struct State<W> {
    arrived: VecDeque<usize>,
    waker: Option<W>,
}

impl<W: Wake> Arrivals<W> {
    /// Nobody has come, and nobody waits.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Arrivals(Mutex::new(State { arrived: VecDeque::new(), waker: None }))
    }

    /// A job has finished: wakes who waits.
    pub fn arrive(&self, number: usize) {
        let mut state = self.0.lock().expect("nobody panics under this lock");
        state.arrived.push_back(number);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The next that has finished, if there is one.
    pub fn take(&self) -> Option<usize> {
        self.0.lock().expect("nobody panics under this lock").arrived.pop_front()
    }

    /// Wakes this one at the next arrival. What came before wakes nobody: look once more after this.
    pub fn watch(&self, waker: W) {
        self.0.lock().expect("nobody panics under this lock").waker = Some(waker);
    }
}
