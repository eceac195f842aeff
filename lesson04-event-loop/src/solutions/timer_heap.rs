//! Taken back is noted in the set; the heap learns of it when the place comes up, or when half of it is stale.

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
        self.last += 1;
        self.set.insert(self.last);
        self.heap.push(Reverse((deadline, self.last)));
        self.last
    }

    /// Takes a timer back; `false` if it has gone off, or was taken back before. More than half of the heap, when it has
    /// over a hundred places, is never stale.
    pub fn cancel(&mut self, id: Id) -> bool {
        let was_set = self.set.remove(&id);
        if self.heap.len() > 100 && self.heap.len() > 2 * self.set.len() {
            self.heap.retain(|Reverse((_, id))| self.set.contains(id));
        }
        was_set
    }

    /// The deadline of the next timer that was not taken back.
    pub fn next_deadline(&mut self) -> Option<u64> {
        while let Some(Reverse((deadline, id))) = self.heap.peek() {
            if self.set.contains(id) {
                return Some(*deadline);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes out the next timer that is due.
    pub fn pop_due(&mut self, now: u64) -> Option<Id> {
        if self.next_deadline()? > now {
            return None;
        }
        let Reverse((_, id)) = self.heap.pop()?;
        self.set.remove(&id);
        Some(id)
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
