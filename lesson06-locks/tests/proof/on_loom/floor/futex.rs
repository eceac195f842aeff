//! A futex for the model. The kernel compares with the newest value of the word. A load may see an older one; a
//! read-modify-write that changes nothing sees the newest, and orders nothing else.

use std::cell::RefCell;

use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
use loom::thread::{self, Thread};

use super::clock::Deadline;

thread_local! {
    static SLEEPERS: RefCell<Vec<(usize, Thread)>> = const { RefCell::new(Vec::new()) };
}

pub fn reset() {
    SLEEPERS.take();
}

fn address(word: &AtomicU32) -> usize {
    std::ptr::from_ref(word).addr()
}

pub fn wait(word: &AtomicU32, expected: u32) {
    if word.fetch_or(0, Relaxed) == expected {
        SLEEPERS.with_borrow_mut(|sleepers| sleepers.push((address(word), thread::current())));
        thread::park();
    }
}

pub fn wait_until(word: &AtomicU32, expected: u32, _: Deadline) {
    wait(word, expected);
}

pub fn wake_one(word: &AtomicU32) {
    word.fetch_or(0, Relaxed); // others may run here, between the caller's last step and the wake-up
    let sleeper = SLEEPERS.with_borrow_mut(|sleepers| {
        let index = sleepers.iter().position(|sleeper| sleeper.0 == address(word));
        index.map(|index| sleepers.remove(index).1)
    });
    if let Some(sleeper) = sleeper {
        sleeper.unpark();
    }
}

pub fn wake_all(word: &AtomicU32) {
    word.fetch_or(0, Relaxed); // as in `wake_one`
    let here = |sleeper: &mut (usize, Thread)| sleeper.0 == address(word);
    let woken: Vec<_> = SLEEPERS.with_borrow_mut(|sleepers| sleepers.extract_if(.., here).collect());
    woken.iter().for_each(|(_, sleeper)| sleeper.unpark());
}
