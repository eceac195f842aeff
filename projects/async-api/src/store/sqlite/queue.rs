//! Orders, from those who have time to wait without a thread to the threads that carry them out.

use super::super::{Result, StoreError};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Orders that may wait. There are fewer requests at once than that.
const MOST: usize = 1024;

/// A queue that any number of threads take from.
pub struct Queue<O> {
    state: Mutex<State<O>>,
    order: Condvar,
}

struct State<O> {
    orders: VecDeque<O>,
    /// Threads that carry orders out.
    threads: usize,
    /// Those of them that wait for one.
    idle: usize,
    closed: bool,
}

/// A thread's duty to carry out orders. Whoever waits for one when the last thread is gone is told so.
pub struct Duty<'a, O>(&'a Queue<O>);

impl<O> fmt::Debug for Queue<O> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} orders", self.state().orders.len())
    }
}

impl<O> Queue<O> {
    /// An empty one.
    pub fn new() -> Queue<O> {
        let state = State { orders: VecDeque::new(), threads: 0, idle: 0, closed: false };
        Queue { state: Mutex::new(state), order: Condvar::new() }
    }

    /// Goes on duty, until this is dropped or the thread panics.
    pub fn duty(&self) -> Duty<'_, O> {
        self.state().threads += 1;
        Duty(self)
    }

    /// Leaves an order. It never waits: where there is no room, somebody else has to.
    pub fn leave(&self, order: O) -> Result<()> {
        let mut state = self.state();
        if state.closed {
            return Err(StoreError::Closed);
        }
        if state.orders.len() >= MOST {
            return Err(StoreError::Unavailable(format!("{MOST} orders wait for it")));
        }
        state.orders.push_back(order);
        let wake = state.idle > 0;
        drop(state); // or who is woken would wait for us
        if wake {
            self.order.notify_one();
        }
        Ok(())
    }

    /// Lets nobody leave anything more. What is there is still to be taken.
    pub fn close(&self) {
        self.state().closed = true;
        self.order.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O> Duty<'_, O> {
    /// Takes up to `most` orders, and waits for the first. False when there will be no more.
    pub fn take(&self, into: &mut Vec<O>, most: usize) -> bool {
        let mut state = self.0.state();
        while state.orders.is_empty() {
            if state.closed {
                return false;
            }
            state.idle += 1;
            state = self.0.order.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        let some = state.orders.len().min(most);
        into.extend(state.orders.drain(..some));
        true
    }
}

impl<O> Drop for Duty<'_, O> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.threads -= 1;
        if state.threads == 0 {
            state.closed = true;
            let orders = std::mem::take(&mut state.orders);
            drop(state); // what an order does when it is dropped is its own affair
            drop(orders);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::within;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;
    use tokio::sync::oneshot;

    const LIMIT: Duration = Duration::from_secs(60);

    #[test]
    fn orders_are_taken_in_order_and_not_too_many_at_once() {
        let queue = Queue::new();
        (0..5).for_each(|order| queue.leave(order).unwrap());
        let (duty, mut taken) = (queue.duty(), Vec::new());
        assert!(duty.take(&mut taken, 3));
        assert_eq!(taken, [0, 1, 2]);
        assert!(duty.take(&mut taken, 3));
        assert_eq!(taken, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn who_waits_for_an_order_gets_it() {
        within(LIMIT, || {
            let queue = Queue::new();
            thread::scope(|scope| {
                let (say, said) = mpsc::channel();
                for _ in 0..4 {
                    let (say, queue) = (say.clone(), &queue);
                    scope.spawn(move || {
                        let (duty, mut taken) = (queue.duty(), Vec::new());
                        while duty.take(&mut taken, 1) {
                            taken.drain(..).for_each(|order| say.send(order).unwrap());
                        }
                    });
                }
                for order in 0..1000 {
                    while queue.state().idle < 4 {
                        thread::yield_now(); // until nobody would find it by himself
                    }
                    queue.leave(order).unwrap();
                    assert_eq!(said.recv(), Ok(order));
                }
                queue.close(); // or they would wait for ever
            });
        });
    }

    #[test]
    fn after_the_close_nothing_comes_in_and_everything_comes_out() {
        let queue = Queue::new();
        let duty = queue.duty();
        queue.leave(1).unwrap();
        queue.close();
        assert_eq!(queue.leave(2), Err(StoreError::Closed));
        let mut taken = Vec::new();
        assert!(duty.take(&mut taken, 9));
        assert_eq!(taken, [1]);
        assert!(!duty.take(&mut taken, 9));
    }

    #[test]
    fn where_there_is_no_room_nobody_waits() {
        let queue = Queue::new();
        (0..MOST).for_each(|order| queue.leave(order).unwrap());
        assert!(matches!(queue.leave(MOST), Err(StoreError::Unavailable(_))));
        let duty = queue.duty();
        assert!(duty.take(&mut Vec::new(), 1));
        queue.leave(MOST).unwrap();
    }

    #[test]
    fn when_the_last_is_gone_whoever_waits_is_told() {
        let (queue, (answer, mut answered)) = (Queue::new(), oneshot::channel::<()>());
        queue.leave(answer).unwrap();
        let (one, two) = (queue.duty(), queue.duty());
        drop(one);
        assert_eq!(answered.try_recv(), Err(oneshot::error::TryRecvError::Empty), "one is there");
        let panicked = thread::scope(|scope| {
            let panics = scope.spawn(|| {
                let _two = two;
                std::panic::resume_unwind(Box::new("on purpose"))
            });
            panics.join().is_err()
        });
        assert!(panicked);
        assert_eq!(answered.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        assert_eq!(queue.leave(oneshot::channel().0).unwrap_err(), StoreError::Closed);
    }
}
