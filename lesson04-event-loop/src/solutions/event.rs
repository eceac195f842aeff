//! Who is in the list no more was let go, whatever the flag says now.

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
        let mut state = self.state.lock().expect("nobody panics under this lock");
        state.set = true;
        let waiters = std::mem::take(&mut state.waiters);
        drop(state); // a waker may poll at once, which takes the lock
        waiters.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Takes the flag down. Who was let go by `set` stays let go.
    pub fn clear(&self) {
        self.state.lock().expect("nobody panics under this lock").set = false;
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
        let event = self.event.clone();
        let mut state = event.state.lock().expect("nobody panics under this lock");
        let place = self.number.map(|number| state.waiters.iter().position(|(other, _)| *other == number));
        match place {
            Some(Some(place)) => state.waiters[place].1 = context.waker().clone(),
            Some(None) => return Poll::Ready(()),
            None if state.set => return Poll::Ready(()),
            None => {
                state.last += 1;
                let number = state.last;
                state.waiters.push((number, context.waker().clone()));
                self.number = Some(number);
            }
        }
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut state = self.event.state.lock().expect("nobody panics under this lock");
        state.waiters.retain(|(other, _)| *other != number);
    }
}
