//! Two conditions, because producers and consumers wait for different things: one notification to the wrong kind would
//! be lost.

use std::collections::VecDeque;

use super::sync::{Condvar, Mutex};

/// A bounded queue of numbers.
pub struct Buffer {
    items: Mutex<VecDeque<u32>>,
    capacity: usize,
    not_full: Condvar,
    not_empty: Condvar,
}

impl Buffer {
    /// Room for so many items.
    pub fn new(capacity: usize) -> Self {
        let items = Mutex::new(VecDeque::new());
        Buffer { items, capacity, not_full: Condvar::new(), not_empty: Condvar::new() }
    }

    /// Puts an item at the end, waiting while there is no room.
    pub fn put(&self, item: u32) {
        let mut items = self.items.lock().expect("nobody panics under this lock");
        while items.len() == self.capacity {
            items = self.not_full.wait(items).expect("nobody panics under this lock");
        }
        items.push_back(item);
        self.not_empty.notify_one();
    }

    /// Takes the first item, waiting while there is none.
    pub fn get(&self) -> u32 {
        let mut items = self.items.lock().expect("nobody panics under this lock");
        loop {
            if let Some(item) = items.pop_front() {
                self.not_full.notify_one();
                return item;
            }
            items = self.not_empty.wait(items).expect("nobody panics under this lock");
        }
    }
}
