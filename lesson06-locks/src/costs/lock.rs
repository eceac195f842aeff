//! A lock and unlock, alone and by two threads.

use std::sync::Barrier;
use std::thread;

use common::blocks::Table;
use common::measure;

use super::{cell, nanoseconds, pin};
use crate::demos::lock::{ROUNDS, count_together};
use crate::primitives::mutex::{Mutex, Park, Spin, ThreeStates};

/// A row for each; how many have counted wrong; and what version 3 costs two threads without asking and with it, in nanoseconds.
pub fn costs() -> (Table, u64, [f64; 2]) {
    let title = "What a lock and unlock costs";
    let mut table = Table::new(title, &["lock", "alone", "two threads", "total"]);
    let mut wrong = 0;
    let mut row = |name: &str, alone: f64, count: fn() -> u64| {
        let (total, seconds) = measure::time(count);
        wrong += u64::from(total != 2 * ROUNDS);
        let together = seconds / (2 * ROUNDS) as f64 * 1e9;
        table.row(&[&name, &cell(alone), &cell(together), &common::format::count(total)]);
        together
    };
    let (spin, park) = (Mutex::<u64, Spin>::new(0), Mutex::<u64, Park>::new(0));
    let (at_once, three) = (Mutex::<u64, ThreeStates<0>>::new(0), Mutex::<u64, ThreeStates>::new(0));
    row("1 spin", nanoseconds(|| *spin.lock() += 1), count_together::<Spin>);
    row("2 park", nanoseconds(|| *park.lock() += 1), count_together::<Park>);
    let sleeps = row("3 three states, no spin", nanoseconds(|| *at_once.lock() += 1), count_together::<ThreeStates<0>>);
    let asks = row("3 three states", nanoseconds(|| *three.lock() += 1), count_together::<ThreeStates>);
    let (std, parking_lot) = (std::sync::Mutex::new(0), parking_lot::Mutex::new(0));
    let std_alone = nanoseconds(|| std.lock().map(|mut value| *value += 1).is_ok());
    row("std::sync::Mutex", std_alone, || {
        two_threads(
            std::sync::Mutex::new(0),
            |mutex| *mutex.lock().expect("nobody panics") += 1,
            |mutex| mutex.into_inner().expect("nobody panicked"),
        )
    });
    row("parking_lot::Mutex", nanoseconds(|| *parking_lot.lock() += 1), || {
        two_threads(parking_lot::Mutex::new(0), |mutex| *mutex.lock() += 1, parking_lot::Mutex::into_inner)
    });
    (table, wrong, [sleeps, asks])
}

/// The same with somebody else's mutex.
fn two_threads<M: Sync>(mutex: M, add: impl Fn(&M) + Sync, end: impl FnOnce(M) -> u64) -> u64 {
    let start = Barrier::new(2);
    let work = |core| {
        pin(core);
        start.wait();
        (0..ROUNDS).for_each(|_| add(&mutex));
    };
    thread::scope(|scope| {
        scope.spawn(|| work(0));
        scope.spawn(|| work(1));
    });
    end(mutex)
}
