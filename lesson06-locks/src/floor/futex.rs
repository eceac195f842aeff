//! The futex: sleep while a word holds a value, and wake who sleeps there.
//!
//! The idea is Franke and Russell's ("Fuss, Futexes and Furwocks", 2002): the word decides in user space, and the
//! system is asked only when somebody has to sleep. Windows has it as `WaitOnAddress`, macOS as `os_sync_wait_on_address`.

use super::sync::atomic::AtomicU32;

/// Sleeps if `word` holds `expected`; returns at a wake-up, at once if it holds something else, and sometimes for no
/// reason. The comparison and the falling asleep are one step: a wake-up that comes after the word has changed
/// cannot be missed.
pub fn wait(word: &AtomicU32, expected: u32) {
    atomic_wait::wait(word, expected);
}

/// Wakes one thread that sleeps on `word`, if there is one.
pub fn wake_one(word: &AtomicU32) {
    atomic_wait::wake_one(word);
}

/// Wakes all threads that sleep on `word`.
pub fn wake_all(word: &AtomicU32) {
    atomic_wait::wake_all(word);
}
