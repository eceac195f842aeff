//! A futex for the runner. Between two of the runner's own operations nothing else runs, so comparing and falling
//! asleep are one step, as they are in the kernel.
//!
//! `shuttle::thread::park` will not do: it may return for no reason as often as it likes, which makes every loop around
//! it endless. Here a wake-up for no reason happens when a proof asks for it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use shuttle::sync::atomic::{AtomicU32, Ordering::Relaxed};
use shuttle::{future, thread};

use super::clock::{self, Deadline};

struct Sleeper {
    address: usize,
    deadline: Deadline,
    woken: Rc<Cell<bool>>,
    waker: Waker,
}

impl Sleeper {
    fn wake(&self) {
        self.woken.set(true);
        self.waker.wake_by_ref();
    }
}

thread_local! {
    static SLEEPERS: RefCell<Vec<Sleeper>> = const { RefCell::new(Vec::new()) };
    static NEWEST_FIRST: Cell<bool> = const { Cell::new(false) };
}

/// A schedule that failed has left its sleepers behind.
pub fn reset() {
    SLEEPERS.take();
    clock::reset();
}

/// Whom to wake first is the kernel's choice; nothing may depend on it.
pub fn wake_newest_first(newest_first: bool) {
    NEWEST_FIRST.set(newest_first);
}

fn address(word: &AtomicU32) -> usize {
    std::ptr::from_ref(word).addr()
}

pub fn wait(word: &AtomicU32, expected: u32) {
    wait_until(word, expected, Deadline::NEVER);
}

pub fn wait_until(word: &AtomicU32, expected: u32, deadline: Deadline) {
    if word.load(Relaxed) != expected || deadline.is_over() {
        return;
    }
    let woken = Rc::new(Cell::new(false));
    let mut asleep = false;
    future::block_on(poll_fn(|context| {
        if woken.get() {
            return Poll::Ready(());
        }
        if !asleep {
            asleep = true;
            let sleeper =
                Sleeper { address: address(word), deadline, woken: Rc::clone(&woken), waker: context.waker().clone() };
            SLEEPERS.with_borrow_mut(|sleepers| sleepers.push(sleeper));
        }
        Poll::Pending
    }));
}

pub fn wake_one(word: &AtomicU32) {
    word.load(Relaxed); // others may run here, between the caller's last step and the wake-up
    SLEEPERS.with_borrow_mut(|sleepers| {
        let mut here = (0..sleepers.len()).filter(|&index| sleepers[index].address == address(word));
        let index = if NEWEST_FIRST.get() { here.next_back() } else { here.next() };
        if let Some(index) = index {
            sleepers.remove(index).wake();
        }
    });
}

pub fn wake_all(word: &AtomicU32) {
    word.load(Relaxed); // as in `wake_one`
    SLEEPERS.with_borrow_mut(|sleepers| {
        sleepers.extract_if(.., |sleeper| sleeper.address == address(word)).for_each(|sleeper| sleeper.wake());
    });
}

pub fn wake_whose_time_is_over() {
    SLEEPERS.with_borrow_mut(|sleepers| {
        sleepers.extract_if(.., |sleeper| sleeper.deadline.is_limited()).for_each(|sleeper| sleeper.wake());
    });
}

/// A spurious wake-up: everybody who sleeps now is woken for no reason. A thread that calls this does so, over all
/// schedules, at every possible moment.
pub fn wake_for_no_reason() {
    thread::sleep(std::time::Duration::ZERO);
    SLEEPERS.take().iter().for_each(Sleeper::wake);
}

/// Whether anybody sleeps at this moment.
pub fn somebody_sleeps() -> bool {
    SLEEPERS.with_borrow(|sleepers| !sleepers.is_empty())
}
