//! A number for each thread.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The number of no thread.
pub const NOBODY: u32 = 0;

/// This thread's number: the same at each call, and no other thread's, not even that of one which has ended.
pub fn current() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(NOBODY);
    thread_local! {
        static NUMBER: Cell<u32> = const { Cell::new(NOBODY) };
    }
    NUMBER.with(|number| {
        if number.get() == NOBODY {
            // Relaxed: that each number is given out once is all that matters. Wrapping round to a number that is
            // taken would let two threads into one lock.
            number.set(LAST.fetch_add(1, Relaxed).checked_add(1).expect("four billion threads have been started"));
        }
        number.get()
    })
}
