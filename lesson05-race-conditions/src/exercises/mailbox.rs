//! **Goal**: A mailbox for one letter, without a lock. Whoever sees the flag must find the letter. Every ordering that you
//! write needs a reason; the grader is loom, which knows what each of them allows.
//!
//! **Minutes**: 20

use super::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A letter, and a flag that says that it is there.
#[derive(Debug)]
pub struct Mailbox {
    letter: AtomicU64,
    full: AtomicBool,
}

impl Mailbox {
    /// An empty mailbox.
    pub fn empty() -> Self {
        Mailbox { letter: AtomicU64::new(0), full: AtomicBool::new(false) }
    }

    /// Puts a letter in. It is called once.
    pub fn send(&self, letter: u64) {
        todo!("two stores: which first, and with which orderings?")
    }

    /// The letter, if the flag is up.
    pub fn receive(&self) -> Option<u64> {
        todo!("two loads: which first, and with which orderings?")
    }
}
