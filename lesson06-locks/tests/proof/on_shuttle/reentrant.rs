use shuttle::sync::Arc;

use super::primitives::reentrant::{Owner, RawReentrant, ReentrantMutex, UnderALock};
use super::{Inside, in_every_schedule, in_many_schedules, together};

fn nests<R: RawReentrant + Send + Sync + 'static>(threads: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let mutex = Arc::new(ReentrantMutex::<Inside, R>::new(Inside::at_most(1)));
        together(threads, move |_| {
            let outer = mutex.lock();
            drop(mutex.lock());
            outer.pass(); // one of two levels is left: still nobody else may come in
            drop(outer);
        });
    }
}

#[test]
fn under_a_lock_nests() {
    in_many_schedules(10_000, nests::<UnderALock>(2));
}

#[test]
fn owner_nests() {
    in_every_schedule(nests::<Owner>(2));
}

#[test]
fn three_threads_nest() {
    in_many_schedules(3_000, nests::<Owner>(3));
    in_many_schedules(3_000, nests::<UnderALock>(3));
}

#[test]
fn try_lock_knows_its_owner() {
    fn with<R: RawReentrant + Send + Sync + 'static>() {
        in_many_schedules(500, || {
            let mutex = Arc::new(ReentrantMutex::<(), R>::new(()));
            let first = mutex.try_lock().expect("nobody has it");
            let second = mutex.try_lock().expect("this thread has it");
            let other = mutex.clone();
            let taken = move || other.try_lock().is_some();
            assert!(!shuttle::thread::spawn(taken.clone()).join().expect("no panic"), "another thread has it");
            drop(second);
            assert!(!shuttle::thread::spawn(taken.clone()).join().expect("no panic"), "one level is left");
            drop(first);
            assert!(shuttle::thread::spawn(taken).join().expect("no panic"), "it is free");
        });
    }
    with::<Owner>();
    with::<UnderALock>();
}
