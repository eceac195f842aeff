//! What is to happen when: a heap of deadlines, and a future that waits for one.
//!
//! The heap finds the next deadline; it cannot find one in its middle. So a timer that is cancelled leaves its place in
//! the heap until it comes up or a sweep takes it out, as in CPython's `asyncio/base_events.py`. What it holds is freed at once.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use slab::Slab;

/// Fewer stale places than this are not worth a sweep.
const SWEEP_FROM: usize = 100;

/// Timers, each with something to do: wake a task, call a function.
#[derive(Debug)]
pub struct Timers<T> {
    heap: BinaryHeap<Reverse<Place>>,
    armed: Slab<(u64, T)>,
    set: u64,
    /// When the clock in the heap began. A deadline then takes 8 bytes instead of 16, and one comparison.
    began: Instant,
}

/// A place in the heap, ordered by its first field, and where that is equal by its second.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The deadline, in nanoseconds since the clock began. 64 bits last for 584 years.
    deadline: u64,
    /// The how manieth timer it is, so that equal deadlines come in the order of setting.
    number: u64,
    /// Where in `armed` it is.
    key: u32,
}

/// Names one timer, also when its place has gone to another one since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerId {
    key: u32,
    number: u64,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Timers { heap: BinaryHeap::new(), armed: Slab::new(), set: 0, began: Instant::now() }
    }
}

impl<T> Timers<T> {
    /// Sets a timer.
    pub fn set(&mut self, deadline: Instant, what: T) -> TimerId {
        self.set += 1;
        let number = self.set;
        let key = u32::try_from(self.armed.insert((number, what))).expect("four billion timers do not fit into memory");
        self.heap.push(Reverse(Place { deadline: self.on_our_clock(deadline), number, key }));
        TimerId { key, number }
    }

    /// What the timer is to do; `None` when it has done it or was cancelled.
    pub fn get_mut(&mut self, id: TimerId) -> Option<&mut T> {
        self.armed.get_mut(id.key as usize).filter(|(number, _)| *number == id.number).map(|(_, what)| what)
    }

    /// Takes a timer back, and returns what it was to do, if it has not done it.
    pub fn cancel(&mut self, id: TimerId) -> Option<T> {
        self.get_mut(id)?;
        let (_, what) = self.armed.remove(id.key as usize);
        let stale = self.heap.len() - self.armed.len();
        if stale > SWEEP_FROM && stale > self.heap.len() / 2 {
            // Half of the heap pays for looking at all of it.
            let armed = &self.armed;
            self.heap.retain(|Reverse(place)| is_armed(armed, place));
        }
        Some(what)
    }

    /// The next deadline.
    pub fn next_deadline(&mut self) -> Option<Instant> {
        self.first().map(|deadline| self.began + Duration::from_nanos(deadline))
    }

    /// Takes out the next timer that is due by `now`.
    pub fn pop_due(&mut self, now: Instant) -> Option<T> {
        if self.first()? > self.on_our_clock(now) {
            return None;
        }
        let Reverse(place) = self.heap.pop()?;
        Some(self.armed.remove(place.key as usize).1)
    }

    /// The first deadline, after the stale places before it have been taken out.
    fn first(&mut self) -> Option<u64> {
        while let Some(Reverse(place)) = self.heap.peek() {
            if is_armed(&self.armed, place) {
                return Some(place.deadline);
            }
            self.heap.pop();
        }
        None
    }

    fn on_our_clock(&self, time: Instant) -> u64 {
        u64::try_from(time.saturating_duration_since(self.began).as_nanos()).unwrap_or(u64::MAX)
    }

    /// How many timers are set.
    pub fn len(&self) -> usize {
        self.armed.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.armed.is_empty()
    }

    /// How many places the heap has, the stale ones included.
    pub fn places(&self) -> usize {
        self.heap.len()
    }
}

/// Otherwise it was cancelled, and what it led to is gone, or has gone to a timer with another number.
fn is_armed<T>(armed: &Slab<(u64, T)>, place: &Place) -> bool {
    armed.get(place.key as usize).is_some_and(|(number, _)| *number == place.number)
}

/// A future that is done at a deadline: Python's `asyncio.sleep`. It takes its timer back when it is dropped.
#[derive(Debug)]
#[must_use = "a future does nothing until it is polled"]
pub struct Sleep<T: From<Waker>> {
    deadline: Instant,
    timers: Rc<RefCell<Timers<T>>>,
    timer: Option<TimerId>,
}

impl<T: From<Waker>> Sleep<T> {
    /// Done at `deadline`, as far as the loop that owns `timers` gets round to it.
    pub fn until(deadline: Instant, timers: Rc<RefCell<Timers<T>>>) -> Self {
        Sleep { deadline, timers, timer: None }
    }
}

impl<T: From<Waker>> Unpin for Sleep<T> {}

impl<T: From<Waker>> Future for Sleep<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut timers = self.timers.borrow_mut();
        let Some(id) = self.timer else {
            let id = timers.set(self.deadline, context.waker().clone().into());
            drop(timers);
            self.timer = Some(id);
            return Poll::Pending;
        };
        let Some(armed) = timers.get_mut(id) else { return Poll::Ready(()) };
        // A future may be moved to another task between two polls: the last one that asked is the one to wake.
        let replaced = std::mem::replace(armed, context.waker().clone().into());
        drop(timers); // the waker's destructor is not ours: it may do anything
        drop(replaced);
        Poll::Pending
    }
}

impl<T: From<Waker>> Drop for Sleep<T> {
    fn drop(&mut self) {
        let cancelled = self.timer.and_then(|id| self.timers.borrow_mut().cancel(id));
        drop(cancelled); // after the borrow has ended, as in `poll`
    }
}
