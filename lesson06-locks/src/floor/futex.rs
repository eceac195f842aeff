//! The futex: sleep while a word holds a value, and wake who sleeps there.
//!
//! The idea is Franke and Russell's ("Fuss, Futexes and Furwocks", 2002): the word decides in user space, and the
//! system is asked only when somebody has to sleep. Windows has it as `WaitOnAddress`, macOS as `os_sync_wait_on_address`.

use wait_on_address::AtomicWait;

use super::clock::Deadline;
use super::sync::atomic::AtomicU32;

/// Sleeps if `word` holds `expected`; returns at a wake-up, at once if it holds something else, and sometimes for no
/// reason. The comparison and the falling asleep are one step: a wake-up that comes after the word has changed
/// cannot be missed.
pub fn wait(word: &AtomicU32, expected: u32) {
    AtomicWait::wait(word, expected);
}

/// The same, but not for longer than until `deadline`. Why it returned, it does not say: ask the word, then the clock.
pub fn wait_until(word: &AtomicU32, expected: u32, deadline: Deadline) {
    match deadline.left() {
        None => word.wait(expected),
        Some(left) => word.wait_timeout(expected, left),
    }
}

/// Wakes one thread that sleeps on `word`, if there is one.
pub fn wake_one(word: &AtomicU32) {
    word.notify_one();
}

/// Wakes all threads that sleep on `word`.
pub fn wake_all(word: &AtomicU32) {
    word.notify_all();
}
