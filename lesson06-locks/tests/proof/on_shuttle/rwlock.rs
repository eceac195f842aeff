use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::time::Duration;

use shuttle::sync::Arc;
use shuttle::thread;

use super::primitives::rwlock::{RawRwLock, ReadersFirst, RwLock, WritersFirst};
use super::{floor::futex, in_every_schedule, in_many_schedules, together};

/// Readers count up, a writer counts far down; a mixture shows.
fn pass(inside: &AtomicI32, writes: bool) {
    let step = if writes { -1000 } else { 1 };
    let now = inside.fetch_add(step, SeqCst) + step;
    assert!(now == -1000 || now > 0, "a writer is not alone");
    thread::sleep(Duration::ZERO);
    inside.fetch_sub(step, SeqCst);
}

/// Each thread reads or writes in turn, as its string says: "wr" writes, then reads.
fn excludes<R: RawRwLock + Send + Sync + 'static>(plans: &'static [&'static str]) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((RwLock::<u32, R>::new(0), AtomicI32::new(0)));
        let lock = shared.clone();
        together(plans.len(), move |number| {
            for action in plans[number].chars() {
                if action == 'w' {
                    let mut value = lock.0.write();
                    pass(&lock.1, true);
                    *value += 1;
                } else {
                    let _value = lock.0.read();
                    pass(&lock.1, false);
                }
            }
        });
        let writes = plans.iter().flat_map(|plan| plan.chars()).filter(|&action| action == 'w').count();
        assert_eq!(*shared.0.read() as usize, writes);
    }
}

#[test]
fn readers_first_excludes() {
    in_every_schedule(excludes::<ReadersFirst>(&["w", "r"]));
    in_every_schedule(excludes::<ReadersFirst>(&["w", "w"]));
    in_every_schedule(excludes::<ReadersFirst>(&["rw", "w"]));
}

#[test]
fn writers_first_excludes() {
    in_every_schedule(excludes::<WritersFirst>(&["w", "r"]));
    in_every_schedule(excludes::<WritersFirst>(&["w", "w"]));
    in_many_schedules(10_000, excludes::<WritersFirst>(&["rw", "wr"]));
}

#[test]
fn three_threads_exclude() {
    for newest_first in [false, true] {
        for plans in [&["w", "w", "r"], &["w", "r", "r"], &["wr", "rw", "wr"]] {
            let (first, second) = (excludes::<ReadersFirst>(plans), excludes::<WritersFirst>(plans));
            in_many_schedules(2_000, move || (futex::wake_newest_first(newest_first), first()).1);
            in_many_schedules(2_000, move || (futex::wake_newest_first(newest_first), second()).1);
        }
    }
}

/// With a reader in and a writer waiting, does a second reader get in? That is the whole difference.
#[test]
fn who_goes_first() {
    fn second_reader_gets_in<R: RawRwLock + Send + Sync + 'static>() -> Vec<bool> {
        let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let note = seen.clone();
        in_every_schedule(move || {
            let lock = Arc::new(RwLock::<(), R>::new(()));
            let reader = lock.read();
            let writer = {
                let lock = lock.clone();
                thread::spawn(move || drop(lock.write()))
            };
            thread::yield_now();
            note.lock().expect("nobody panics").push(lock.try_read().is_some());
            drop(reader);
            writer.join().expect("no panic");
        });
        seen.lock().expect("nobody panics").clone()
    }
    let (readers, writers) = (second_reader_gets_in::<ReadersFirst>(), second_reader_gets_in::<WritersFirst>());
    assert!(readers.iter().all(|&got_in| got_in), "no writer that waits keeps a reader out");
    assert!(writers.contains(&false), "a writer that waits keeps readers out");
}

#[test]
fn trying_takes_only_what_is_free() {
    fn with<R: RawRwLock + Send + Sync + 'static>() {
        in_every_schedule(|| {
            let lock = RwLock::<(), R>::new(());
            let reader = lock.try_read().expect("it is free");
            let another = lock.try_read().expect("readers share");
            assert!(lock.try_write().is_none(), "readers are in");
            drop((reader, another));
            let writer = lock.try_write().expect("it is free");
            assert!(lock.try_read().is_none() && lock.try_write().is_none(), "a writer is in");
            drop(writer);
            assert!(lock.try_write().is_some(), "it is free again");
        });
    }
    with::<ReadersFirst>();
    with::<WritersFirst>();
}
