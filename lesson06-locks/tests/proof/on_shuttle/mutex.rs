use super::primitives::mutex::{Mutex, Park, RawMutex, Spin, ThreeStates};
use super::{Inside, floor::futex, in_every_schedule, in_many_schedules, together};

/// Nobody is in with another, nothing is lost, everybody gets out.
fn excludes<R: RawMutex + Send + Sync + 'static>(threads: usize, rounds: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let mutex = shuttle::sync::Arc::new((Mutex::<usize, R>::new(0), Inside::at_most(1)));
        let shared = mutex.clone();
        together(threads, move |_| {
            for _ in 0..rounds {
                let mut count = shared.0.lock();
                shared.1.pass();
                *count += 1;
            }
        });
        assert_eq!(*mutex.0.lock(), threads * rounds);
    }
}

#[test]
fn park_excludes() {
    in_every_schedule(excludes::<Park>(2, 2));
}

#[test]
fn three_states_exclude_without_asking() {
    in_every_schedule(excludes::<ThreeStates<0>>(2, 2));
}

#[test]
fn three_states_exclude_asking_once() {
    in_every_schedule(excludes::<ThreeStates<1>>(2, 1));
}

#[test]
fn three_states_exclude_asking_often() {
    in_many_schedules(2_000, excludes::<ThreeStates<100>>(3, 3));
}

/// Two threads that ask for ever have no last schedule. These are many; loom has the proof.
#[test]
fn spin_excludes() {
    in_many_schedules(2_000, excludes::<Spin>(3, 2));
}

#[test]
fn three_threads_exclude() {
    for newest_first in [false, true] {
        let wake = move || futex::wake_newest_first(newest_first);
        let (park, three_states) = (excludes::<Park>(3, 2), excludes::<ThreeStates<0>>(3, 2));
        in_many_schedules(5_000, move || (wake(), park()).1);
        in_many_schedules(5_000, move || (wake(), three_states()).1);
    }
}

#[test]
fn spurious_wake_ups_let_nobody_in() {
    fn with<R: RawMutex + Send + Sync + 'static>() {
        in_every_schedule(|| {
            let mutex = shuttle::sync::Arc::new((Mutex::<(), R>::new(()), Inside::at_most(1)));
            together(3, move |number| {
                if number == 2 {
                    return futex::wake_for_no_reason();
                }
                let _guard = mutex.0.lock();
                mutex.1.pass();
            });
        });
    }
    with::<Park>();
    with::<ThreeStates<0>>();
}

#[test]
fn try_lock_never_takes_what_is_held_and_never_gives_it_away() {
    fn with<R: RawMutex + Send + Sync + 'static>() {
        in_every_schedule(|| {
            let mutex = shuttle::sync::Arc::new((Mutex::<(), R>::new(()), Inside::at_most(1)));
            together(2, move |_| {
                for _ in 0..2 {
                    if let Some(_guard) = mutex.0.try_lock() {
                        mutex.1.pass();
                    }
                }
            });
        });
        in_every_schedule(|| {
            let mutex = Mutex::<(), R>::new(());
            let guard = mutex.try_lock().expect("nobody has it");
            assert!(mutex.try_lock().is_none() && mutex.try_lock().is_none(), "it is held");
            drop(guard);
            assert!(mutex.try_lock().is_some(), "it is free again");
        });
    }
    with::<Spin>();
    with::<Park>();
    with::<ThreeStates<0>>();
}
