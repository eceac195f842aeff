//! All threads of the model share one real thread; loom has thread-locals of its own.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

pub const NOBODY: u32 = 0;

pub fn current() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(NOBODY);
    loom::thread_local! {
        static NUMBER: Cell<u32> = Cell::new(LAST.fetch_add(1, Relaxed) + 1);
    }
    NUMBER.with(Cell::get)
}
