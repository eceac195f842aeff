//! **Claim**: Overlapping readers keep a writer out, unless a waiting writer stops them.
//!
//! **Python**: none in the standard library; people write it with a `Condition`.
//!
//! **Predict**: Ten thousand readers, each begins before the last one has ended. When does the writer get in?
//!
//! **Try**: Let `overlapping_readers` use `WritersFirst`: where does it stop? And std's lock: which kind is it, here?

use std::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Release};
use std::thread;

use common::blocks::Schedule;
use common::{Figure, Lab, Verdict};

use crate::costs::rwlock::costs;
use crate::primitives::rwlock::{ReadersFirst, RwLock, WritersFirst};

/// How many readers follow each other without a gap.
const READERS: u32 = 10_000;

/// A writer waits while readers come and go, overlapping: the next one is in before the last one leaves. Forced, not
/// left to luck: one thread holds both guards. Returns how many got in, and whether the writer did.
pub fn overlapping_readers() -> (u32, bool) {
    let lock = RwLock::<(), ReadersFirst>::new(());
    let (asked, wrote) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let mut reader = lock.read();
        scope.spawn(|| {
            asked.store(true, Release);
            drop(lock.write());
            wrote.store(true, Release);
        });
        while !asked.load(Acquire) {
            thread::yield_now();
        }
        let mut readers = 1;
        while readers < READERS {
            let Some(next) = lock.try_read() else { break };
            drop(std::mem::replace(&mut reader, next)); // the old one leaves when the new one is in
            readers += 1;
        }
        let starved = !wrote.load(Acquire);
        drop(reader); // a gap at last: the scope ends when the writer has been in
        (readers, !starved)
    })
}

/// The same with the other lock: the readers go on until one is kept out, and that is when the writer has asked.
pub fn a_waiting_writer_stops_readers() -> bool {
    let lock = RwLock::<u32, WritersFirst>::new(0);
    thread::scope(|scope| {
        let mut reader = lock.read();
        scope.spawn(|| *lock.write() += 1);
        while let Some(next) = lock.try_read() {
            reader = next;
            thread::yield_now();
        }
        drop(reader);
        *lock.read() <= 1 // waits like any reader: the writer first, or in turn
    })
}

/// Starves a writer, and does not.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (readers, wrote) = overlapping_readers();
    let mut schedule = Schedule::new("No gap", &["reader 1", "reader 2", "writer"], "the writer waits on");
    for (thread, action) in [(0, "READ"), (2, "WRITE: waits"), (1, "READ"), (0, "leaves"), (0, "READ"), (1, "leaves")] {
        schedule.step(thread, action);
    }
    lab.detail(schedule);
    let figure = Figure::count("", u64::from(readers));
    let starved = readers == READERS && !wrote;
    let claim = "readers first pass a waiting writer; writers first: none";
    lab.prove(claim, starved && a_waiting_writer_stops_readers(), [figure]);
    let (table, [read, lock]) = costs();
    lab.detail(table);
    let figures = [Figure::ratio("to a mutex", read / lock)];
    lab.observe("alone, a read lock is no cheaper than a mutex", Verdict::observed(read > lock * 0.8), figures);
    Ok(())
}
