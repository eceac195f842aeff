//! Version 1: the textbook use of two condition variables. Python's has three and one lock; `task_done` is the third.

use std::collections::VecDeque;

use super::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use super::{Condvar, Mutex, SPIN, hint};

/// A bounded queue for any number of producers and consumers.
#[derive(Debug)]
pub struct OneLock<T> {
    items: Mutex<VecDeque<T>>,
    /// The length as it was when the lock was last held: a hint, to be read without it. Relaxed, because nothing is
    /// concluded from it except when to try.
    length: AtomicUsize,
    capacity: usize,
    not_full: Condvar,
    not_empty: Condvar,
}

impl<T> OneLock<T> {
    /// An empty queue for at most `capacity` items.
    ///
    /// # Panics
    /// If the capacity is 0: nothing could ever be put into it.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a queue needs room for one item");
        let items = Mutex::new(VecDeque::with_capacity(capacity));
        let length = AtomicUsize::new(0);
        OneLock { items, length, capacity, not_full: Condvar::new(), not_empty: Condvar::new() }
    }

    /// Asks for a moment whether it is worth while to take the lock. A thread that waited in the condition at once would
    /// make the other one wake it, item by item.
    fn look(&self, worth_while: impl Fn(usize) -> bool) {
        for _ in 0..SPIN {
            if worth_while(self.length.load(Relaxed)) {
                return;
            }
            hint::spin_loop();
        }
    }

    /// Puts an item at the end, waiting while the queue is full.
    pub fn put(&self, item: T) {
        self.look(|length| length < self.capacity);
        let mut items = self.not_full.wait_while(self.items.lock(), |items| items.len() == self.capacity);
        items.push_back(item);
        self.length.store(items.len(), Relaxed);
        // Unlocked first: who is woken could otherwise only wait for the lock. The notification is not too early
        // or too late for that: the item is in, and a consumer that looks from now on finds it.
        drop(items);
        self.not_empty.notify_one();
    }

    /// Takes the first item, waiting while there is none.
    pub fn get(&self) -> T {
        self.look(|length| length > 0);
        let mut items = self.not_empty.wait_while(self.items.lock(), |items| items.is_empty());
        let item = items.pop_front().expect("the loop ends when there is an item");
        self.length.store(items.len(), Relaxed);
        drop(items);
        self.not_full.notify_one();
        item
    }
}
