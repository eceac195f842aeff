//! A permit taken and given back, alone and by two threads.

use std::thread;

use common::blocks::Table;
use common::measure;

use super::{cell, nanoseconds, pin};
use crate::primitives::semaphore::{Fair, RawSemaphore, Semaphore, UnderALock, Unfair};

/// Two threads pass one permit to and fro: nanoseconds a turn.
fn contended<R: RawSemaphore + Send + Sync>() -> f64 {
    const TURNS: u32 = 10_000;
    let semaphore = Semaphore::<R>::new(1);
    let work = |core| {
        pin(core);
        (0..TURNS).for_each(|_| drop(semaphore.acquire()));
    };
    let ((), seconds) = measure::time(|| {
        thread::scope(|scope| {
            scope.spawn(|| work(0));
            scope.spawn(|| work(1));
        });
    });
    seconds / f64::from(2 * TURNS) * 1e9
}

/// A row for each; and what a turn of two threads costs, unfair and fair, in nanoseconds.
pub fn costs() -> (Table, [f64; 2]) {
    let (first, unfair, fair) =
        (Semaphore::<UnderALock>::new(1), Semaphore::<Unfair>::new(1), Semaphore::<Fair>::new(1));
    let tokio = tokio::sync::Semaphore::new(1);
    let (quick, slow) = (contended::<Unfair>(), contended::<Fair>());
    let mut table = Table::new("A permit taken and given back", &["semaphore", "alone", "two threads, one permit"]);
    table.row(&[&"1 under a lock", &cell(nanoseconds(|| drop(first.acquire()))), &cell(contended::<UnderALock>())]);
    table.row(&[&"2 unfair", &cell(nanoseconds(|| drop(unfair.acquire()))), &cell(quick)]);
    table.row(&[&"3 fair", &cell(nanoseconds(|| drop(fair.acquire()))), &cell(slow)]);
    table.row(&[&"tokio::sync::Semaphore", &cell(nanoseconds(|| tokio.try_acquire().is_ok())), &"for tasks"]);
    table.row(&[&"std, parking_lot", &"none", &"none"]);
    (table, [quick, slow])
}
