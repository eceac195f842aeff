//! **Goal**: A queue that is never longer than agreed. Producers wait while it is full, consumers while it is empty, and
//! nobody waits for ever.
//!
//! **Minutes**: 20

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
        todo!("wait for room, put the item in, and tell a consumer")
    }

    /// Takes the first item, waiting while there is none.
    pub fn get(&self) -> u32 {
        todo!("wait for an item, take it out, and tell a producer")
    }
}
