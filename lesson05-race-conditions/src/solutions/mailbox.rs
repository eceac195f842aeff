//! The flag carries the order for both: released with the letter behind it, acquired before the letter is read.

use super::sync::atomic::{AtomicBool, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

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
        self.letter.store(letter, Relaxed); // relaxed: the flag orders it
        // Release: what was stored before is seen by whoever acquires this.
        self.full.store(true, Release);
    }

    /// The letter, if the flag is up.
    pub fn receive(&self) -> Option<u64> {
        // Acquire: if this sees the flag, the load below sees the letter.
        self.full.load(Acquire).then(|| self.letter.load(Relaxed)) // relaxed: the flag orders it
    }
}
