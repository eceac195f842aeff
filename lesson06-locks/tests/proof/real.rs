//! The library as it is, on real threads, for a fixed time. Not a fixed count: on a busy machine two threads with little
//! to do run one after the other and never meet.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use common::within;
use lesson06_locks::primitives::barrier::{self, Barrier};
use lesson06_locks::primitives::condvar::Condvar;
use lesson06_locks::primitives::event::Event;
use lesson06_locks::primitives::mutex::{Mutex, Park, RawMutex, Spin, ThreeStates};
use lesson06_locks::primitives::once::Once;
use lesson06_locks::primitives::queue::{OneLock, Queue};
use lesson06_locks::primitives::reentrant::{self, RawReentrant, ReentrantMutex};
use lesson06_locks::primitives::rwlock::{RawRwLock, ReadersFirst, RwLock, WritersFirst};
use lesson06_locks::primitives::semaphore::{self, RawSemaphore, Semaphore};

const FOR: Duration = Duration::from_millis(150);
const THREADS: usize = 4;

/// Four threads repeat `step` until the time is over; how often they did in all.
fn stress(step: impl Fn(usize) + Send + Sync + 'static) -> u64 {
    within(Duration::from_secs(120), move || {
        let end = Instant::now() + FOR;
        let steps = AtomicU64::new(0);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (step, steps) = (&step, &steps);
                scope.spawn(move || {
                    while Instant::now() < end {
                        step(number);
                        steps.fetch_add(1, SeqCst);
                    }
                });
            }
        });
        steps.into_inner()
    })
}

/// For what has a fixed number of steps: again and again until the time is over, and once at least.
fn again_and_again(run: impl Fn() + Send + 'static) {
    within(Duration::from_secs(120), move || {
        let end = Instant::now() + FOR;
        run();
        while Instant::now() < end {
            run();
        }
    });
}

#[test]
fn mutexes() {
    fn with<R: RawMutex + Send + Sync + 'static>() {
        let mutex = Arc::new(Mutex::<u64, R>::new(0));
        let shared = mutex.clone();
        let steps = stress(move |_| *shared.lock() += 1);
        assert_eq!(*mutex.lock(), steps);
    }
    with::<Spin>();
    with::<Park>();
    with::<ThreeStates<0>>();
    with::<ThreeStates<1>>();
    with::<ThreeStates<100>>();
}

#[test]
fn reentrant_mutexes() {
    fn with<R: RawReentrant + Send + Sync + 'static>() {
        let mutex = Arc::new(ReentrantMutex::<std::cell::Cell<u64>, R>::new(0.into()));
        let shared = mutex.clone();
        let steps = stress(move |_| {
            let outer = shared.lock();
            let inner = shared.lock();
            inner.set(inner.get() + 1);
            drop((inner, outer));
        });
        assert_eq!(mutex.lock().get(), steps);
    }
    with::<reentrant::UnderALock>();
    with::<reentrant::Owner>();
}

#[test]
fn rwlocks() {
    fn with<R: RawRwLock + Send + Sync + 'static>() {
        let lock = Arc::new(RwLock::<[u64; 2], R>::new([0; 2]));
        let shared = lock.clone();
        let steps = stress(move |number| {
            if number == 0 {
                let mut both = shared.write();
                both[0] += 1;
                both[1] += 1;
            } else {
                let both = shared.read();
                assert_eq!(both[0], both[1], "half of a write was read");
            }
        });
        assert!(lock.read()[0] <= steps);
    }
    with::<ReadersFirst>();
    with::<WritersFirst>();
}

#[test]
fn semaphores() {
    fn with<R: RawSemaphore + Send + Sync + 'static>() {
        let shared = Arc::new((Semaphore::<R>::new(2), AtomicI64::new(0)));
        stress(move |_| {
            let _permit = shared.0.acquire();
            assert!(shared.1.fetch_add(1, SeqCst) < 2, "a third is in");
            shared.1.fetch_sub(1, SeqCst);
        });
    }
    with::<semaphore::UnderALock>();
    with::<semaphore::Unfair<0>>();
    with::<semaphore::Unfair>();
    with::<semaphore::Fair>();
}

/// Two threads hand a turn to and fro.
#[test]
fn conditions_and_events() {
    again_and_again(|| {
        let turn = (Mutex::<u64>::new(0), Condvar::new());
        let events = [Event::new(), Event::new()];
        thread::scope(|scope| {
            for me in 0..2 {
                let (turn, events) = (&turn, &events);
                scope.spawn(move || {
                    for _ in 0..200 {
                        *turn.1.wait_while(turn.0.lock(), |turn| *turn % 2 != me) += 1;
                        turn.1.notify_one();
                    }
                    for _ in 0..200 {
                        if me == 0 {
                            events[1].set();
                            events[0].wait();
                            events[0].clear();
                        } else {
                            events[1].wait();
                            events[1].clear();
                            events[0].set();
                        }
                    }
                });
            }
        });
        assert_eq!(turn.0.into_inner(), 400);
    });
}

/// Nobody comes: it takes as long as it was told, and no less. Somebody has come: it does not wait.
#[test]
fn time_outs() {
    fn waits_so_long(limit: Duration, gives_up: impl FnOnce(Duration) -> bool) {
        let start = Instant::now();
        assert!(gives_up(limit), "there was nothing to be had");
        assert!(start.elapsed() >= limit, "given up after {:?}", start.elapsed());
    }
    fn with<R: RawSemaphore + Send + Sync + 'static>(some: Duration, long: Duration) {
        let semaphore = Semaphore::<R>::new(1);
        let permit = semaphore.try_acquire_for(long).expect("it is there");
        waits_so_long(some, |limit| semaphore.try_acquire_for(limit).is_none());
        drop(permit);
        assert!(semaphore.try_acquire_for(long).is_some(), "it is back");
    }
    within(Duration::from_secs(60), || {
        let (some, long) = (Duration::from_millis(5), Duration::MAX);
        let (lock, condition, event) = (Mutex::<u32>::new(0), Condvar::new(), Event::new());
        let held = lock.try_lock_for(long).expect("it is free");
        waits_so_long(some, |limit| lock.try_lock_for(limit).is_none());
        waits_so_long(some, |limit| !condition.wait_while_for(held, limit, |value| *value == 0).1);
        assert!(condition.wait_while_for(lock.lock(), long, |value| *value == 1).1, "it does not hold");
        waits_so_long(some, |limit| !event.wait_for(limit));
        event.set();
        assert!(event.wait_for(long));
        waits_so_long(some, |limit| Barrier::new(2).wait_for(limit).is_err());
        assert_eq!(Barrier::new(1).wait_for(long), Ok(true));
        let reentrant = ReentrantMutex::<()>::new(());
        let outer = reentrant.try_lock_for(long).expect("it is free");
        assert!(reentrant.try_lock_for(some).is_some(), "it is this thread's");
        thread::scope(|scope| {
            let other = || waits_so_long(some, |limit| reentrant.try_lock_for(limit).is_none());
            scope.spawn(other).join().expect("it waits");
        });
        drop(outer);
        with::<semaphore::UnderALock>(some, long);
        with::<semaphore::Unfair>(some, long);
        with::<semaphore::Fair>(some, long);
    });
}

#[test]
fn barriers() {
    fn with(wait: impl Fn() -> Result<bool, barrier::Broken> + Send + Sync + 'static) {
        again_and_again(move || {
            let (came, leaders) = (AtomicU64::new(0), AtomicU64::new(0));
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        for round in 1..=100 {
                            came.fetch_add(1, SeqCst);
                            leaders.fetch_add(u64::from(wait().expect("nobody breaks it")), SeqCst);
                            assert!(came.load(SeqCst) >= round * THREADS as u64, "left before all had come");
                        }
                    });
                }
            });
            assert_eq!(leaders.into_inner(), 100);
        });
    }
    let (one, two, three) = (barrier::UnderALock::new(4), Barrier::<0>::with_spin(4), Barrier::<200>::with_spin(4));
    with(move || one.wait());
    with(move || two.wait());
    with(move || three.wait());
}

#[test]
fn onces() {
    again_and_again(|| {
        let (once, done) = (Once::new(), AtomicU64::new(0));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    once.call_once(|| assert_eq!(done.fetch_add(1, SeqCst), 0));
                    assert_eq!(done.load(SeqCst), 1);
                });
            }
        });
    });
}

fn queue<Q: Sync + 'static>(make: fn() -> Q, put: fn(&Q, u64), get: fn(&Q) -> u64) {
    again_and_again(move || {
        let queue = make();
        let sum = AtomicU64::new(0);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (queue, sum) = (&queue, &sum);
                scope.spawn(move || {
                    for item in 0..500 {
                        if number % 2 == 0 {
                            put(queue, item);
                        } else {
                            sum.fetch_add(get(queue), SeqCst);
                        }
                    }
                });
            }
        });
        assert_eq!(sum.into_inner(), 2 * (0..500).sum::<u64>());
    });
}

#[test]
fn queues() {
    queue(|| OneLock::new(3), OneLock::put, OneLock::get);
    queue(|| Queue::new(3), Queue::put, Queue::get);
    queue(|| Queue::new(1), Queue::put, Queue::get);
}
