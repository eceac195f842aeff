//! **Goal**: A flag that tasks wait for: Python's `asyncio.Event`, and settable from any thread.
//!
//! **Minutes**: 30

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::sync::{Arc, Mutex};

/// What is behind the flag.
struct State {
    set: bool,
    /// Who waits, each under a number of its own.
    waiters: Vec<(u64, Waker)>,
    last: u64,
}

/// A flag to wait for. Clones are the same flag.
#[derive(Clone)]
pub struct Event {
    state: Arc<Mutex<State>>,
}

/// Done when the flag has been raised.
pub struct Wait {
    event: Event,
    /// The number in the list, once it is in there.
    number: Option<u64>,
}

impl Default for Event {
    fn default() -> Self {
        Event::new()
    }
}

impl Event {
    /// A flag that is down.
    pub fn new() -> Self {
        Event { state: Arc::new(Mutex::new(State { set: false, waiters: Vec::new(), last: 0 })) }
    }

    /// Raises the flag, and wakes all who wait.
    pub fn set(&self) {
        todo!("raise it, take the list, and wake them when the lock is no longer held")
    }

    /// Takes the flag down. Who was let go by `set` stays let go.
    pub fn clear(&self) {
        todo!("only the flag")
    }

    /// A future that is done when the flag is up.
    pub fn wait(&self) -> Wait {
        Wait { event: self.clone(), number: None }
    }

    /// How many wait.
    pub fn waiters(&self) -> usize {
        self.state.lock().expect("nobody panics under this lock").waiters.len()
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        todo!("up, or let go meanwhile, or into the list: once, with the newest waker")
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        // While `poll` is unwritten, its panic comes through here; a second one would end the whole program.
        if !std::thread::panicking() {
            todo!("a task that is cancelled waits no more")
        }
    }
}
