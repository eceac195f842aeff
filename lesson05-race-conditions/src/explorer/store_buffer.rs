//! What x86 adds to the picture: a queue between each processor and the memory.
//!
//! A store goes into the queue of the processor that makes it. That processor sees it at once; the others see it when the
//! machine moves it on to the memory, which is a step of its own, FLUSH, at a time of the machine's choosing. The queue
//! keeps its order. That is all of it, and enough for two threads to read, each, what the other has just overwritten.

use std::collections::VecDeque;

use super::MAX_THREADS;

/// Memory cells that all threads share, with or without a store buffer for each thread.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Memory<const CELLS: usize> {
    cells: [u8; CELLS],
    /// What each thread has stored and the memory has not got yet: cell and value, oldest first.
    buffers: Option<[VecDeque<(usize, u8)>; MAX_THREADS]>,
}

impl<const CELLS: usize> Memory<CELLS> {
    /// Zeros, and every store takes effect for all threads at once: sequential consistency.
    pub fn sequential() -> Self {
        Memory { cells: [0; CELLS], buffers: None }
    }

    /// Zeros, and a store buffer for each thread: what x86 does.
    pub fn buffered() -> Self {
        Memory { cells: [0; CELLS], buffers: Some(Default::default()) }
    }

    /// Stores a value.
    pub fn store(&mut self, thread: usize, cell: usize, value: u8) {
        match &mut self.buffers {
            Some(buffers) => buffers[thread].push_back((cell, value)),
            None => self.cells[cell] = value,
        }
    }

    /// Loads a value: the newest of the thread's own stores that is still on its way, or else what the memory has.
    pub fn load(&self, thread: usize, cell: usize) -> u8 {
        let own = self.buffers.as_ref().and_then(|buffers| {
            buffers[thread].iter().rev().find(|(stored, _)| *stored == cell).map(|(_, value)| *value)
        });
        own.unwrap_or(self.cells[cell])
    }

    /// Whether nothing of this thread's is on its way: what a fence waits for.
    pub fn drained(&self, thread: usize) -> bool {
        self.buffers.as_ref().is_none_or(|buffers| buffers[thread].is_empty())
    }

    /// The oldest store in the thread's buffer reaches the memory.
    pub fn flush(&mut self, thread: usize) {
        if let Some((cell, value)) = self.buffers.as_mut().and_then(|buffers| buffers[thread].pop_front()) {
            self.cells[cell] = value;
        }
    }
}
