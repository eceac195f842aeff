//! Waits that give up. The time is over at every possible moment; nobody else may be harmed by it.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use shuttle::sync::Arc;

use super::floor::{clock, futex};
use super::primitives::barrier::Barrier;
use super::primitives::condvar::Condvar;
use super::primitives::event::Event;
use super::primitives::mutex::{Mutex, ThreeStates};
use super::primitives::queue::Queue;
use super::primitives::reentrant::ReentrantMutex;
use super::primitives::semaphore::{Fair, Permit, RawSemaphore, Semaphore, UnderALock, Unfair};
use super::{Inside, in_every_schedule, in_many_schedules, in_many_schedules_with_long_pauses, together};

/// The proofs' clock does not count.
const SOME_TIME: Duration = Duration::from_secs(1);

/// As many schedules as a property of three threads or more can be asked in.
fn in_many_ways(property: impl Fn() + Clone + Send + Sync + 'static) {
    for newest_first in [false, true] {
        let (one, two) = (property.clone(), property.clone());
        in_many_schedules(1_000, move || (futex::wake_newest_first(newest_first), one()).1);
        in_many_schedules_with_long_pauses(1_000, 3, move || (futex::wake_newest_first(newest_first), two()).1);
    }
}

#[test]
fn a_held_lock_is_given_up_in_time_and_a_free_one_is_had() {
    in_every_schedule(|| {
        let mutex = Arc::new(Mutex::<u32, ThreeStates<0>>::new(0));
        assert!(mutex.try_lock_for(SOME_TIME).is_some(), "it is free");
        let held = mutex.lock();
        let waiter = {
            let mutex = mutex.clone();
            shuttle::thread::spawn(move || mutex.try_lock_for(SOME_TIME).is_none())
        };
        clock::time_passes();
        assert!(waiter.join().expect("no panic"), "it is held all the time");
        drop(held);
        assert!(mutex.try_lock().is_some(), "whoever gave up has left nothing behind");
    });
}

/// One gives up, one does not, one gives back: nobody is in with another, and who waits on gets in.
fn lock_with_a_time_out<const SPIN: u32>() -> impl Fn() + Clone + Send + Sync + 'static {
    || {
        let shared = Arc::new((Mutex::<u32, ThreeStates<SPIN>>::new(0), Inside::at_most(1)));
        let lock = shared.clone();
        together(4, move |number| match number {
            0 => clock::time_passes(),
            1 => {
                if let Some(mut count) = lock.0.try_lock_for(SOME_TIME) {
                    lock.1.pass();
                    *count += 1;
                }
            }
            _ => {
                let mut count = lock.0.lock();
                lock.1.pass();
                *count += 1;
            }
        });
        assert!([2, 3].contains(&*shared.0.try_lock().expect("all are out")));
    }
}

#[test]
fn a_lock_survives_who_gives_up() {
    in_many_ways(lock_with_a_time_out::<0>());
    in_many_ways(lock_with_a_time_out::<1>());
}

/// The lock is given back, and of two sleepers the one is woken whose time is over now. The other must not sleep on beside a
/// free lock.
#[test]
fn a_wake_up_that_comes_with_the_end_of_the_time_is_used_or_passed_on() {
    in_many_ways(|| {
        let mutex = Arc::new(Mutex::<(), ThreeStates<0>>::new(()));
        let held = mutex.lock();
        let wait = |limited: bool| {
            let mutex = mutex.clone();
            shuttle::thread::spawn(
                move || {
                    if limited { drop(mutex.try_lock_for(SOME_TIME)) } else { drop(mutex.lock()) }
                },
            )
        };
        let waiters = [wait(true), wait(false)];
        let clock = shuttle::thread::spawn(clock::time_passes);
        shuttle::thread::yield_now(); // both may fall asleep
        drop(held);
        waiters.into_iter().chain([clock]).for_each(|thread| thread.join().expect("no panic"));
    });
}

#[test]
fn a_reentrant_lock_is_given_up_by_others_only() {
    in_every_schedule(|| {
        let mutex = Arc::new(ReentrantMutex::<()>::new(()));
        let outer = mutex.lock();
        let inner = mutex.try_lock_for(SOME_TIME).expect("it is this thread's");
        let other = {
            let mutex = mutex.clone();
            shuttle::thread::spawn(move || mutex.try_lock_for(SOME_TIME).is_some())
        };
        clock::time_passes();
        assert!(!other.join().expect("no panic"), "two levels are held");
        drop((outer, inner));
        let another = mutex.clone();
        let other = shuttle::thread::spawn(move || another.try_lock_for(SOME_TIME).is_some());
        assert!(other.join().expect("no panic"), "it is free");
    });
}

/// One permit is added, for one who waits on and one who may give up. It is never lost: who gets it in time passes it on.
fn semaphore_with_a_time_out<R: RawSemaphore + Send + Sync + 'static>() {
    let semaphore = Arc::new(Semaphore::<R>::new(0));
    let shared = semaphore.clone();
    together(4, move |number| match number {
        0 => clock::time_passes(),
        1 => drop(shared.try_acquire_for(SOME_TIME)),
        2 => shared.acquire().forget(),
        _ => shared.add_permit(),
    });
    assert!(semaphore.try_acquire().is_none(), "one was added, and one is kept");
    semaphore.add_permit();
    assert!(semaphore.try_acquire_for(SOME_TIME).is_some(), "it is there, however late it is");
}

#[test]
fn no_permit_is_lost_to_who_gives_up() {
    in_many_ways(semaphore_with_a_time_out::<UnderALock>);
    in_many_ways(semaphore_with_a_time_out::<Unfair<0>>);
    in_many_ways(semaphore_with_a_time_out::<Unfair<1>>);
    in_many_ways(semaphore_with_a_time_out::<Fair>);
}

#[test]
fn a_permit_that_comes_with_the_end_of_the_time_is_had_or_left() {
    fn with<R: RawSemaphore + Send + Sync + 'static>() {
        in_every_schedule(|| {
            let semaphore = Arc::new(Semaphore::<R>::new(0));
            let waiter = {
                let semaphore = semaphore.clone();
                shuttle::thread::spawn(move || semaphore.try_acquire_for(SOME_TIME).map(Permit::forget))
            };
            clock::time_passes();
            semaphore.add_permit();
            let had = waiter.join().expect("no panic").is_some();
            assert_ne!(had, semaphore.try_acquire().is_some(), "the permit is lost, or doubled");
        });
    }
    with::<Unfair<0>>();
    with::<Fair>();
    with::<UnderALock>();
}

#[test]
fn an_event_tells_whether_it_was_set_in_time() {
    in_every_schedule(|| {
        let event = Arc::new(Event::<0>::with_spin());
        let waiter = {
            let event = event.clone();
            shuttle::thread::spawn(move || event.wait_for(SOME_TIME))
        };
        clock::time_passes();
        assert!(!waiter.join().expect("no panic"), "nobody has set it");
        event.set();
        assert!(event.wait_for(SOME_TIME), "it is set, however late it is");
    });
    in_every_schedule(|| {
        let event = Arc::new(Event::<1>::with_spin());
        together(2, move |number| if number == 0 { assert!(event.wait_for(SOME_TIME)) } else { event.set() });
    });
    in_every_schedule(|| {
        let event = Arc::new(Event::<0>::with_spin());
        together(2, move |number| {
            if number == 0 {
                event.set();
                clock::time_passes();
            } else {
                assert!(event.wait_for(SOME_TIME), "it was set before the time was over");
            }
        });
    });
    in_many_ways(|| {
        let event = Arc::new(Event::<0>::with_spin());
        together(4, move |number| match number {
            0 => clock::time_passes(),
            1 => drop(event.wait_for(SOME_TIME)),
            2 => event.wait(),
            _ => event.set(),
        });
    });
}

#[test]
fn a_condition_is_waited_for_until_the_time_is_over() {
    in_every_schedule(|| {
        let shared = Arc::new((Mutex::<bool, ThreeStates<0>>::new(false), Condvar::new()));
        let waiter = {
            let shared = shared.clone();
            shuttle::thread::spawn(move || {
                let (guard, ended) = shared.1.wait_while_for(shared.0.lock(), SOME_TIME, |raised| !*raised);
                assert_eq!(*guard, ended);
            })
        };
        clock::time_passes();
        waiter.join().expect("no panic");
        *shared.0.lock() = true;
        let (_guard, ended) = shared.1.wait_while_for(shared.0.lock(), SOME_TIME, |raised| !*raised);
        assert!(ended, "it has ended, however late it is");
    });
    in_every_schedule(|| {
        let shared = Arc::new((Mutex::<bool, ThreeStates<0>>::new(false), Condvar::new()));
        together(2, move |number| {
            if number == 0 {
                assert!(shared.1.wait_while_for(shared.0.lock(), SOME_TIME, |raised| !*raised).1);
            } else {
                *shared.0.lock() = true;
                shared.1.notify_one();
            }
        });
    });
}

/// Of two who meet one may give up. Both have met, or neither.
#[test]
fn two_agree_whether_they_have_met() {
    fn with<const SPIN: u32>(threads: usize) -> impl Fn() + Clone + Send + Sync + 'static {
        move || {
            let shared = Arc::new((Barrier::<SPIN>::with_spin(threads as u32), AtomicU32::new(0)));
            let meeting = shared.clone();
            together(threads + 1, move |number| {
                let met = match number {
                    0 => return clock::time_passes(),
                    1 => meeting.0.wait_for(SOME_TIME),
                    _ => meeting.0.wait(),
                };
                meeting.1.fetch_add(u32::from(met.is_ok()), SeqCst);
            });
            let met = shared.1.load(SeqCst) as usize;
            assert!(met == 0 || met == threads, "{met} of {threads} have met");
            assert!(shared.0.wait_for(SOME_TIME).is_err(), "it is broken, or nobody else comes");
        }
    }
    in_every_schedule(with::<0>(2));
    in_many_ways(with::<1>(2));
    in_many_ways(with::<0>(3));
}

/// The item's wake-up may go to the consumer that gives up. It takes the item then, and puts it back here for the other one.
#[test]
fn a_consumer_that_gives_up_takes_no_wake_up_along() {
    in_many_ways(|| {
        let queue = Arc::new(Queue::new(1));
        together(4, move |number| match number {
            0 => clock::time_passes(),
            1 => queue.put(7),
            2 => {
                if let Some(item) = queue.get_for(SOME_TIME) {
                    queue.put(item);
                }
            }
            _ => assert_eq!(queue.get(), 7),
        });
    });
}

#[test]
fn a_producer_that_gives_up_keeps_its_item_and_takes_no_wake_up_along() {
    in_many_ways(|| {
        let queue = Arc::new(Queue::new(1));
        queue.put(0);
        let shared = (queue.clone(), Arc::new(AtomicU32::new(0)));
        let put = shared.1.clone();
        together(4, move |number| match number {
            0 => clock::time_passes(),
            1 => assert_eq!(shared.0.get(), 0),
            2 => match shared.0.put_for(7, SOME_TIME) {
                Ok(()) => assert!([7, 8].contains(&shared.0.get())),
                Err(item) => assert_eq!(item, 7),
            },
            _ => {
                shared.0.put(8);
                shared.1.store(1, SeqCst);
            }
        });
        assert_eq!(put.load(SeqCst), 1);
        assert!([Some(7), Some(8)].contains(&queue.get_for(SOME_TIME)), "one of two items has been taken, or one put");
    });
}
