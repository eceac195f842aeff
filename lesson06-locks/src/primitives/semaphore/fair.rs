//! Version 3: first come, first served. What version 2 could not do is promise that everybody's turn comes.
//!
//! A queue of waiters, and a permit that is handed over instead of laid out, as in tokio's semaphore.

use std::collections::VecDeque;

use super::sync::Arc;
use super::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Release};
use super::{Deadline, Mutex, RawSemaphore, futex};

const WAITING: u32 = 0;
const GRANTED: u32 = 1;

/// Permits go out in the order in which they were asked for. The price is a switch of threads for each permit that is
/// waited for: it belongs to one thread alone, even while that thread is still asleep.
#[derive(Debug)]
pub struct Fair {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// More than zero only while nobody waits.
    permits: u32,
    queue: VecDeque<Arc<AtomicU32>>,
}

impl Fair {
    /// Leaves the queue. `false`: a `release` was quicker, and the permit is on its way.
    fn step_out(&self, turn: &Arc<AtomicU32>) -> bool {
        let mut state = self.state.lock();
        let place = state.queue.iter().position(|other| Arc::ptr_eq(other, turn));
        place.and_then(|place| state.queue.remove(place)).is_some()
    }

    /// How many stand in the queue.
    pub(super) fn waiting(&self) -> usize {
        self.state.lock().queue.len()
    }
}

impl RawSemaphore for Fair {
    fn new(permits: u32) -> Self {
        Fair { state: Mutex::new(State { permits, queue: VecDeque::new() }) }
    }

    fn acquire_until(&self, mut deadline: Deadline) -> bool {
        let mut state = self.state.lock();
        if state.permits > 0 {
            state.permits -= 1;
            return true;
        }
        let turn = Arc::new(AtomicU32::new(WAITING));
        state.queue.push_back(Arc::clone(&turn));
        drop(state);
        // Acquire: pairs with the Release below, and hands over what was done before the `release`.
        while turn.load(Acquire) == WAITING {
            if deadline.is_over() {
                if self.step_out(&turn) {
                    return false;
                }
                deadline = Deadline::NEVER; // a permit that nobody took would be lost to all
            }
            futex::wait_until(&turn, WAITING, deadline);
        }
        true
    }

    fn try_acquire(&self) -> bool {
        let mut state = self.state.lock();
        let there = state.permits > 0;
        state.permits -= u32::from(there);
        there
    }

    fn release(&self) {
        let mut state = self.state.lock();
        let Some(turn) = state.queue.pop_front() else {
            state.permits += 1;
            return;
        };
        drop(state);
        turn.swap(GRANTED, Release);
        // The waiter may be gone by now, having seen GRANTED without sleeping. The word is still here to be named,
        // because this thread has its own share of the `Arc`.
        futex::wake_one(&turn);
    }
}
