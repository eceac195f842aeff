//! Version 2: a lock for each end. What version 1 could not do is let one thread put while another takes.
//!
//! The places are a ring. Producers keep each other out, and so do consumers; the two ends share nothing but how many items
//! each has let pass. An end remembers how far it may go and asks the other one when it gets there: until then neither
//! takes a cache line from the other's processor. (Michael and Scott, *Simple, Fast, and Practical Non-Blocking and Blocking
//! Concurrent Queue Algorithms*, 1996, has the two locks; Java's `LinkedBlockingQueue` the conditions.)

use std::time::Duration;

use super::sync::atomic::{
    AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::Release, Ordering::SeqCst, fence,
};
use super::{Condvar, Deadline, Mutex, MutexGuard, SPIN, UnsafeCell, hint};

/// A bounded queue for any number of producers and consumers.
#[derive(Debug)]
pub struct Queue<T> {
    places: Box<[UnsafeCell<Option<T>>]>,
    producers: End,
    consumers: End,
}

// SAFETY: an item goes from thread to thread. A place is touched by whoever has the turn of an end, and `passed` says of
// which.
unsafe impl<T: Send> Sync for Queue<T> {}

/// One end of a queue. What it changes with each item stands apart from what the other end reads with each.
#[derive(Debug)]
#[repr(align(128))] // two lines of 64 bytes, because processors fetch them in pairs
struct End {
    turn: Mutex<Turn>,
    /// How many items have passed here, in all; it wraps. It changes under the lock.
    passed: AtomicUsize,
    sleepers: Sleepers,
}

/// Whose turn it is at an end: what its lock guards.
#[derive(Debug, Default)]
struct Turn {
    /// The next place.
    place: usize,
    /// What `passed` may become before the other end has to be asked.
    limit: usize,
}

/// Who waits at an end for the other one.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Sleepers {
    number: AtomicUsize,
    moved: Condvar,
}

impl<T> Queue<T> {
    /// An empty queue for at most `capacity` items.
    ///
    /// # Panics
    /// If the capacity is 0: nothing could ever be put into it.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a queue needs room for one item");
        let places = (0..capacity).map(|_| UnsafeCell::new(None)).collect();
        Queue { places, producers: End::new(), consumers: End::new() }
    }

    /// Puts an item at the end, waiting while the queue is full.
    pub fn put(&self, item: T) {
        drop(self.put_until(item, Deadline::NEVER)); // never over, so it is in
    }

    /// Puts an item at the end, unless there is no room for longer than `limit`: Python's `queue.put(item, timeout=...)`.
    ///
    /// # Errors
    /// The item, if there was no room.
    pub fn put_for(&self, item: T, limit: Duration) -> Result<(), T> {
        self.put_until(item, Deadline::after(limit))
    }

    /// Takes the first item, waiting while there is none.
    pub fn get(&self) -> T {
        self.get_until(Deadline::NEVER).expect("the time is never over")
    }

    /// Takes the first item, unless there is none for longer than `limit`: Python's `queue.get(timeout=...)`.
    pub fn get_for(&self, limit: Duration) -> Option<T> {
        self.get_until(Deadline::after(limit))
    }

    fn put_until(&self, item: T, deadline: Deadline) -> Result<(), T> {
        let capacity = self.places.len();
        let Some(turn) = self.producers.turn(&self.consumers, capacity, deadline) else { return Err(item) };
        // SAFETY: this thread has the producers' turn, and consumers are done with this place.
        unsafe { *self.places[turn.place].get_mut() = Some(item) };
        self.producers.pass(turn, &self.consumers, capacity);
        Ok(())
    }

    fn get_until(&self, deadline: Deadline) -> Option<T> {
        let turn = self.consumers.turn(&self.producers, 0, deadline)?;
        // SAFETY: this thread has the consumers' turn, and producers are done with this place.
        let item = unsafe { self.places[turn.place].get_mut().take() };
        self.consumers.pass(turn, &self.producers, self.places.len());
        item
    }
}

impl End {
    /// Nothing has passed, and nothing may: the first one asks the other end.
    fn new() -> Self {
        End { turn: Mutex::new(Turn::default()), passed: AtomicUsize::new(0), sleepers: Sleepers::default() }
    }

    /// Waits for this end's turn, and until it is less than `ahead` items ahead of the other end.
    #[inline]
    fn turn(&self, other: &End, ahead: usize, deadline: Deadline) -> Option<MutexGuard<'_, Turn>> {
        let turn = self.turn.lock();
        // Relaxed: it changes under this lock only.
        if self.passed.load(Relaxed) == turn.limit { self.wait(turn, other, ahead, deadline) } else { Some(turn) }
    }

    fn wait<'a>(
        &'a self,
        mut turn: MutexGuard<'a, Turn>,
        other: &End,
        ahead: usize,
        deadline: Deadline,
    ) -> Option<MutexGuard<'a, Turn>> {
        let is_stuck = |turn: &mut Turn| {
            // Acquire: the other end is done with the places that it has passed.
            turn.limit = other.passed.load(Acquire).wrapping_add(ahead);
            self.passed.load(Relaxed) == turn.limit
        };
        if !is_stuck(&mut turn) {
            return Some(turn);
        }
        // A moment without asking, and with the lock: nobody else at this end could go on either. Meanwhile the other end gets many
        // items further. Asking all the time is three times slower here: with each item the answer changes processors.
        (0..SPIN).for_each(|_| hint::spin_loop());
        self.sleepers.number.fetch_add(1, Relaxed);
        fence(SeqCst); // pairs with the one in `pass`: this thread sees the other end move, or is seen
        let (turn, moved) = self.sleepers.moved.wait_while_until(turn, deadline, is_stuck);
        self.sleepers.number.fetch_sub(1, Relaxed);
        moved.then_some(turn)
    }

    /// Is done with the place, and lets the other end know.
    #[inline]
    fn pass(&self, mut turn: MutexGuard<'_, Turn>, other: &End, places: usize) {
        turn.place = if turn.place + 1 == places { 0 } else { turn.place + 1 };
        // Release: pairs with the Acquire in `wait`.
        self.passed.store(self.passed.load(Relaxed).wrapping_add(1), Release);
        drop(turn);
        fence(SeqCst); // pairs with the one in `wait`
        if other.sleepers.number.load(Relaxed) > 0 {
            // Whoever is on the way to sleep has this lock until it can be woken.
            drop(other.turn.lock());
            other.sleepers.moved.notify_one();
        }
    }
}
