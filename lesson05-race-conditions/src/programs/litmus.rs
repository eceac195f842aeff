//! The smallest programs that tell one kind of memory from another.

use super::sync::Arc;
use super::sync::atomic::{AtomicU64, Ordering, Ordering::Acquire, Ordering::Relaxed, Ordering::Release, fence};
use super::thread;

/// Two cells, both 0 at first.
#[derive(Debug)]
pub struct Cells {
    /// The data, or the first thread's own cell.
    pub x: AtomicU64,
    /// The flag, or the second thread's own cell.
    pub y: AtomicU64,
}

impl Default for Cells {
    fn default() -> Self {
        Cells { x: AtomicU64::new(0), y: AtomicU64::new(0) }
    }
}

/// One side of store buffering: store to the own cell, load the other's. Relaxed is the point: nothing orders the two.
pub fn store_then_load(own: &AtomicU64, other: &AtomicU64) -> u64 {
    own.store(1, Relaxed);
    other.load(Relaxed)
}

/// The repair: a fence between them. On x86 it waits until the store buffer is empty.
pub fn store_fence_load(own: &AtomicU64, other: &AtomicU64) -> u64 {
    own.store(1, Relaxed);
    fence(Ordering::SeqCst); // SeqCst: nothing weaker orders a store before a later load
    other.load(Relaxed)
}

/// Runs one side on each of two threads; returns what each has read.
pub fn store_buffering(side: fn(&AtomicU64, &AtomicU64) -> u64) -> (u64, u64) {
    two_threads(move |cells| side(&cells.x, &cells.y), move |cells| side(&cells.y, &cells.x))
}

/// The bug: a relaxed flag says that the data are there, and orders nothing.
pub fn publish_relaxed() -> (u64, u64) {
    publish(Relaxed, Relaxed)
}

/// The repair: whoever acquires the flag sees all that was done before it was released.
pub fn publish_release() -> (u64, u64) {
    publish(Release, Acquire)
}

/// Publishes 1 under a flag. Returns what the reader saw: the flag, then the data.
fn publish(store: Ordering, load: Ordering) -> (u64, u64) {
    let writer = move |cells: &Cells| {
        cells.x.store(1, Relaxed); // relaxed: the flag is to order it
        cells.y.store(1, store);
        0
    };
    let reader = move |cells: &Cells| {
        let flag = cells.y.load(load);
        flag * 2 + cells.x.load(Relaxed) // relaxed: the flag is to order it
    };
    let (_, read) = two_threads(writer, reader);
    (read / 2, read % 2)
}

fn two_threads(
    first: impl FnOnce(&Cells) -> u64 + Send + 'static,
    second: impl FnOnce(&Cells) -> u64 + Send + 'static,
) -> (u64, u64) {
    let cells = Arc::new(Cells::default());
    let shared = Arc::clone(&cells);
    let first = thread::spawn(move || first(&shared));
    let second = thread::spawn(move || second(&cells));
    (first.join().expect("loads and stores do not panic"), second.join().expect("loads and stores do not panic"))
}
