//! What one thread did before it gave something up is seen by the thread that gets it. loom's cell fails otherwise.

#![allow(unsafe_code)]

use std::sync::Arc;

use super::primitives::mutex::{Mutex, Park, RawMutex, Spin, ThreeStates};
use super::{in_every_execution, together, with_few_preemptions};

fn mutex<R: RawMutex + Send + Sync + 'static>(threads: usize, rounds: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        let mutex = Arc::new(Mutex::<usize, R>::new(0));
        let shared = mutex.clone();
        together(threads, move |_| (0..rounds).for_each(|_| *shared.lock() += 1));
        assert_eq!(*mutex.lock(), threads * rounds);
    }
}

#[test]
fn spin() {
    in_every_execution(mutex::<Spin>(2, 2));
}

#[test]
fn park() {
    in_every_execution(mutex::<Park>(2, 2));
}

#[test]
fn three_states_without_asking() {
    in_every_execution(mutex::<ThreeStates<0>>(2, 2));
}

#[test]
fn three_states_asking_once() {
    in_every_execution(mutex::<ThreeStates<1>>(2, 2));
}

#[test]
fn three_states_asking_often() {
    with_few_preemptions(2, mutex::<ThreeStates<100>>(2, 1));
}

#[test]
fn three_threads() {
    with_few_preemptions(2, mutex::<ThreeStates<0>>(3, 1));
    with_few_preemptions(2, mutex::<Park>(3, 1));
}

mod condvar {
    use super::super::primitives::condvar::{Condvar, Counter};
    use super::*;

    #[test]
    fn a_notification_is_not_lost() {
        with_few_preemptions(3, || {
            let shared = Arc::new((Mutex::<bool, ThreeStates<0>>::new(false), Condvar::new()));
            together(2, move |number| {
                if number == 0 {
                    drop(shared.1.wait_while(shared.0.lock(), |raised| !*raised));
                } else {
                    *shared.0.lock() = true;
                    shared.1.notify_one();
                }
            });
        });
        with_few_preemptions(3, || {
            let shared = Arc::new((Mutex::<bool, ThreeStates<0>>::new(false), Counter::new()));
            together(2, move |number| {
                if number == 0 {
                    let mut guard = shared.0.lock();
                    while !*guard {
                        guard = shared.1.wait(guard);
                    }
                } else {
                    *shared.0.lock() = true;
                    shared.1.notify_one();
                }
            });
        });
    }
}

mod reentrant {
    use super::super::floor::cell::UnsafeCell;
    use super::super::primitives::reentrant::{Owner, RawReentrant, ReentrantMutex, UnderALock};
    use super::*;

    fn adds<R: RawReentrant + Send + Sync + 'static>() {
        // `Alone` is what a student would have to promise; here loom checks it.
        struct Alone(UnsafeCell<usize>);
        let mutex = Arc::new(ReentrantMutex::<Alone, R>::new(Alone(UnsafeCell::new(0))));
        together(2, move |_| {
            let _outer = mutex.lock();
            let inner = mutex.lock();
            // SAFETY: this thread holds the lock, and the reference ends in this line. If the lock is wrong, loom says so.
            unsafe { *inner.0.get_mut() += 1 };
        });
    }

    #[test]
    fn what_the_last_owner_did_is_seen() {
        in_every_execution(adds::<Owner>);
        with_few_preemptions(2, adds::<UnderALock>);
    }
}

mod rwlock {
    use super::super::primitives::rwlock::{RawRwLock, ReadersFirst, RwLock, WritersFirst};
    use super::*;

    /// "wr": writes, then reads.
    fn plans<R: RawRwLock + Send + Sync + 'static>(
        plans: &'static [&'static str],
    ) -> impl Fn() + Send + Sync + 'static {
        move || {
            let lock = Arc::new(RwLock::<usize, R>::new(0));
            together(plans.len(), move |number| {
                for action in plans[number].chars() {
                    match action {
                        'w' => *lock.write() += 1,
                        'r' => assert!(*lock.read() <= 2),
                        'W' => lock.try_write().into_iter().for_each(|mut value| *value += 1),
                        _ => lock.try_read().into_iter().for_each(|value| assert!(*value <= 2)),
                    }
                }
            });
        }
    }

    #[test]
    fn readers_first() {
        in_every_execution(plans::<ReadersFirst>(&["w", "w"]));
        in_every_execution(plans::<ReadersFirst>(&["w", "rr"]));
        in_every_execution(plans::<ReadersFirst>(&["w", "R"]));
        in_every_execution(plans::<ReadersFirst>(&["r", "W"]));
        with_few_preemptions(2, plans::<ReadersFirst>(&["w", "r", "r"]));
    }

    #[test]
    fn writers_first() {
        in_every_execution(plans::<WritersFirst>(&["w", "w"]));
        in_every_execution(plans::<WritersFirst>(&["w", "r"]));
        in_every_execution(plans::<WritersFirst>(&["w", "R"]));
        in_every_execution(plans::<WritersFirst>(&["r", "W"]));
        with_few_preemptions(2, plans::<WritersFirst>(&["w", "r", "r"]));
        with_few_preemptions(2, plans::<WritersFirst>(&["w", "w", "r"]));
    }
}

/// Hands a plain value over: written before the giving up, read after the getting.
struct Parcel(super::floor::cell::UnsafeCell<usize>);

// SAFETY: this is the claim that is tested; loom fails where it does not hold.
unsafe impl Sync for Parcel {}

impl Parcel {
    fn new() -> Self {
        Parcel(super::floor::cell::UnsafeCell::new(0))
    }

    fn put(&self) {
        // SAFETY: claimed by the caller, checked by loom.
        unsafe { *self.0.get_mut() += 1 };
    }

    fn look(&self) -> usize {
        // SAFETY: as above.
        unsafe { *self.0.get() }
    }
}

mod semaphore {
    use super::super::primitives::semaphore::{Fair, RawSemaphore, Semaphore, UnderALock, Unfair};
    use super::*;

    fn hands_over<R: RawSemaphore + Send + Sync + 'static>() {
        let shared = Arc::new((Semaphore::<R>::new(0), Parcel::new()));
        together(2, move |number| {
            if number == 0 {
                shared.0.acquire().forget();
                assert_eq!(shared.1.look(), 1);
            } else {
                shared.1.put();
                shared.0.add_permit();
            }
        });
    }

    /// One permit is a lock.
    fn excludes<R: RawSemaphore + Send + Sync + 'static>() {
        let shared = Arc::new((Semaphore::<R>::new(1), Parcel::new()));
        together(2, move |_| {
            let _permit = shared.0.acquire();
            shared.1.put();
        });
    }

    #[test]
    fn what_came_before_the_release_is_seen() {
        in_every_execution(hands_over::<Unfair<0>>);
        in_every_execution(hands_over::<Unfair<1>>);
        in_every_execution(hands_over::<Fair>);
        with_few_preemptions(2, hands_over::<UnderALock>);
        in_every_execution(excludes::<Unfair<0>>);
        in_every_execution(excludes::<Fair>);
    }
}

mod event {
    use super::super::primitives::event::{Event, Flag};
    use super::*;

    // The writer is thread 0 and then thread 1. loom looks back at the last access of a word only, so a reader's single
    // load can be hidden from it by a load of the writer; with the roles exchanged it is not.
    fn either_way<S: Send + Sync + 'static>(new: fn() -> S, write: fn(&S), read: fn(&S) -> bool) {
        for writer in [0, 1] {
            in_every_execution(move || {
                let shared = Arc::new((new(), Parcel::new()));
                together(2, move |number| {
                    if number == writer {
                        shared.1.put();
                        write(&shared.0);
                    } else if read(&shared.0) {
                        assert_eq!(shared.1.look(), 1);
                    }
                });
            });
        }
    }

    #[test]
    fn what_came_before_the_set_is_seen() {
        either_way(Flag::new, Flag::set, |flag| (flag.wait(), true).1);
        either_way(Event::<0>::with_spin, Event::set, |event| (event.wait(), true).1);
        either_way(Event::<1>::with_spin, Event::set, |event| (event.wait(), true).1);
    }

    #[test]
    fn seen_by_asking_too() {
        either_way(Flag::new, Flag::set, Flag::is_set);
        either_way(Event::<0>::with_spin, Event::set, Event::is_set);
    }

    /// The flag is down again when it is looked at. The count says that it was up, and what came before is seen.
    #[test]
    fn seen_through_a_pulse() {
        let pulse = |event: &Event<0>| (event.set(), event.clear(), event.set()).2;
        either_way(Event::<0>::with_spin, pulse, |event| (event.wait(), true).1);
    }
}

mod barrier {
    use super::super::primitives::barrier::{Barrier, UnderALock};
    use super::*;

    fn meet<B: Send + Sync + 'static>(barrier: fn() -> B, wait: fn(&B)) -> impl Fn() + Send + Sync + 'static {
        move || {
            let shared = Arc::new((barrier(), [Parcel::new(), Parcel::new()]));
            together(2, move |number| {
                shared.1[number].put();
                wait(&shared.0);
                assert_eq!(shared.1[1 - number].look(), 1);
            });
        }
    }

    #[test]
    fn what_all_did_before_is_seen_by_all_after() {
        in_every_execution(meet(|| Barrier::<0>::with_spin(2), |barrier| assert!(barrier.wait().is_ok())));
        in_every_execution(meet(|| Barrier::<1>::with_spin(2), |barrier| assert!(barrier.wait().is_ok())));
        with_few_preemptions(2, meet(|| UnderALock::new(2), |barrier| assert!(barrier.wait().is_ok())));
    }
}

mod once {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::super::primitives::once::{Once, UnderALock};
    use super::*;

    #[test]
    fn what_the_work_did_is_seen() {
        in_every_execution(|| {
            let shared = Arc::new((Once::new(), Parcel::new()));
            together(2, move |_| {
                shared.0.call_once(|| shared.1.put());
                assert_eq!(shared.1.look(), 1);
            });
        });
        in_every_execution(|| {
            let shared = Arc::new((UnderALock::new(), Parcel::new()));
            together(2, move |_| {
                shared.0.call_once(|| shared.1.put());
                assert_eq!(shared.1.look(), 1);
            });
        });
    }

    #[test]
    fn what_a_failed_attempt_did_is_seen() {
        in_every_execution(|| {
            let shared = Arc::new((Once::new(), Parcel::new()));
            together(2, move |_| {
                let work = || {
                    shared.1.put();
                    if shared.1.look() == 1 {
                        resume_unwind(Box::new("the first attempt"));
                    }
                };
                let end = catch_unwind(AssertUnwindSafe(|| shared.0.call_once(work)));
                // The panic of the first attempt ends here; loom's own must not.
                if let Err(panic) = end
                    && !panic.is::<&str>()
                {
                    resume_unwind(panic);
                }
            });
        });
    }
}

mod queue {
    use super::super::primitives::queue::{OneLock, Queue};
    use super::*;

    #[test]
    fn an_item_is_complete_and_its_place_is_free_after_it() {
        with_few_preemptions(3, || {
            let queue = Arc::new(Queue::new(1));
            together(2, move |number| {
                for item in 0..2 {
                    if number == 0 { queue.put(item) } else { assert_eq!(queue.get(), item) }
                }
            });
        });
        with_few_preemptions(2, || {
            let queue = Arc::new(OneLock::new(1));
            together(2, move |number| if number == 0 { queue.put(7) } else { assert_eq!(queue.get(), 7) });
        });
    }

    #[test]
    fn nobody_sleeps_beside_an_item_or_a_free_place() {
        // Both threads in both roles: loom remembers one access of each word.
        for producer in [0, 1] {
            in_every_execution(move || {
                let queue = Arc::new(Queue::new(1));
                together(2, move |number| if number == producer { queue.put(7) } else { assert_eq!(queue.get(), 7) });
            });
        }
    }
}
