//! **Goal**: Timers that come in order and can be taken back, without a heap full of timers that were.
//!
//! **Minutes**: 25

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// Names a timer. No two have the same.
pub type Id = u64;

/// Timers by deadline; where it is equal, by the order of setting.
#[derive(Debug, Default)]
pub struct TimerHeap {
    heap: BinaryHeap<Reverse<(u64, Id)>>,
    set: HashSet<Id>,
    last: Id,
}

impl TimerHeap {
    /// Sets a timer.
    pub fn set(&mut self, deadline: u64) -> Id {
        todo!("a new number, into both")
    }

    /// Takes a timer back; `false` if it has gone off, or was taken back before. More than half of the heap, when it has
    /// over a hundred places, is never stale.
    pub fn cancel(&mut self, id: Id) -> bool {
        todo!("a heap cannot find what is in its middle")
    }

    /// The deadline of the next timer that was not taken back.
    pub fn next_deadline(&mut self) -> Option<u64> {
        todo!("what is on top may have been taken back")
    }

    /// Takes out the next timer that is due.
    pub fn pop_due(&mut self, now: u64) -> Option<Id> {
        todo!("if it is due")
    }

    /// How many timers are set.
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// How many places the heap has, for timers and for those that were.
    pub fn places(&self) -> usize {
        self.heap.len()
    }
}
