//! Version 4: jobs in the caller's frame, on real threads.

#![allow(missing_docs)]

use std::panic::{self, AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use common::within;
use lesson07_executors::pool::{Executor, Idle, JobError, Queued, ThreadPool};

const LIMIT: Duration = Duration::from_secs(120);

fn pools() -> Vec<ThreadPool> {
    let pools =
        [(1, Idle::SPIN_THEN_PARK), (2, Idle::SPIN_THEN_PARK), (2, Idle::PARK), (4, Idle::PARK), (3, Idle::YIELD)];
    pools.map(|(workers, idle)| ThreadPool::builder(workers).idle(idle).build().expect("it starts")).into()
}

fn add(sum: &AtomicUsize, number: usize) {
    sum.fetch_add(number, SeqCst);
}

fn fib(pool: &ThreadPool, n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let (a, b) = pool.join(|| fib(pool, n - 1), || fib(pool, n - 2));
    a + b
}

#[test]
fn join_computes() {
    within(LIMIT, || {
        for pool in pools() {
            assert_eq!(pool.install(|| fib(&pool, 18)), Ok(2_584));
            assert_eq!(fib(&pool, 10), 55, "outside of the pool as well, one after the other");
        }
    });
}

fn sort(pool: &ThreadPool, items: &mut [u32]) {
    if items.len() < 32 {
        return items.sort_unstable();
    }
    let (low, high) = items.split_at_mut(items.len() / 2);
    pool.join(|| sort(pool, low), || sort(pool, high));
    let merged = {
        let (mut low, mut high) = (low.iter().copied().peekable(), high.iter().copied().peekable());
        let mut merged = Vec::new();
        while let Some(next) = match (low.peek(), high.peek()) {
            (Some(left), Some(right)) if left <= right => low.next(),
            (_, Some(_)) => high.next(),
            _ => low.next(),
        } {
            merged.push(next);
        }
        merged
    };
    items.copy_from_slice(&merged);
}

#[test]
fn both_halves_may_borrow() {
    within(LIMIT, || {
        for pool in pools() {
            let mut items: Vec<u32> = (0..20_000_u32).map(|number| number.wrapping_mul(2_654_435_761)).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            assert_eq!(pool.install(|| sort(&pool, &mut items)), Ok(()));
            assert_eq!(items, expected);
        }
    });
}

/// The second half is stolen for certain: the first waits until it has begun.
#[test]
fn a_stolen_half_comes_back() {
    within(LIMIT, || {
        for idle in [Idle::PARK, Idle::SPIN_THEN_PARK] {
            let pool = ThreadPool::builder(2).idle(idle).build().expect("it starts");
            let end = Instant::now() + Duration::from_millis(100);
            let mut rounds = 0;
            while Instant::now() < end || rounds < 10 {
                rounds += 1;
                let begun = AtomicBool::new(false);
                let result = pool.install(|| {
                    pool.join(
                        || {
                            while !begun.load(SeqCst) {
                                // A wake-up may be missed in `join`; the next push makes up for it.
                                pool.join(thread::yield_now, || ());
                            }
                            thread::current().id()
                        },
                        || {
                            begun.store(true, SeqCst);
                            thread::current().id()
                        },
                    )
                });
                let (first, second) = result.expect("no panic");
                assert_ne!(first, second);
            }
        }
    });
}

#[test]
fn a_panic_in_either_half_waits_for_the_other() {
    within(LIMIT, || {
        for pool in pools() {
            for fails in 0..2 {
                let ended = AtomicUsize::new(0);
                let half = |number: usize| {
                    thread::yield_now();
                    ended.fetch_add(1, SeqCst);
                    if number == fails {
                        resume_unwind(Box::new(format!("half {number}")));
                    }
                };
                let result = pool.install(|| {
                    let both = panic::catch_unwind(AssertUnwindSafe(|| pool.join(|| half(0), || half(1))));
                    // If the first fails, the second was perhaps not begun; but it does not run after this.
                    (both.is_err(), ended.load(SeqCst))
                });
                let (failed, by_then) = result.expect("it was caught");
                assert!(failed);
                assert_eq!(ended.load(SeqCst), by_then, "a half went on after `join` had returned");
                let words = pool.install(|| pool.join(|| half(0), || half(1)));
                assert_eq!(words.err(), Some(JobError::Panicked(format!("half {fails}"))));
            }
            assert_eq!(pool.install(|| fib(&pool, 10)), Ok(55), "the workers live on");
        }
    });
}

#[test]
fn jobs_that_the_first_half_submits_do_not_get_in_the_way() {
    within(LIMIT, || {
        for pool in pools() {
            let pool = Arc::new(pool);
            let inner = Arc::clone(&pool);
            let both = pool.install(|| {
                pool.join(
                    || (0..10).map(|number| inner.submit(move || number).expect("it is open")).collect::<Vec<_>>(),
                    || 7,
                )
            });
            let (handles, second) = both.expect("no panic");
            assert_eq!(second, 7);
            assert_eq!(handles.into_iter().map(|handle| handle.result().expect("no panic")).sum::<i32>(), 45);
        }
    });
}

#[test]
fn a_scope_waits_for_all_its_jobs() {
    within(LIMIT, || {
        for pool in pools() {
            let sum = AtomicUsize::new(0);
            let numbers: Vec<usize> = (1..=100).collect();
            for inside in [false, true] {
                sum.store(0, SeqCst);
                let all = || {
                    pool.scope(|scope| {
                        for number in &numbers {
                            scope.spawn(|| add(&sum, *number));
                        }
                        "what the body returns"
                    })
                };
                let returned = if inside { pool.install(all).expect("no panic") } else { all() };
                assert_eq!((returned, sum.load(SeqCst)), ("what the body returns", 5_050));
            }
        }
    });
}

#[test]
fn a_panic_in_a_scope_comes_out_when_all_have_ended() {
    within(LIMIT, || {
        for pool in pools() {
            let ended = AtomicUsize::new(0);
            for body_fails in [false, true] {
                ended.store(0, SeqCst);
                let result = panic::catch_unwind(AssertUnwindSafe(|| {
                    pool.scope(|scope| {
                        for number in 0..10 {
                            let ended = &ended;
                            scope.spawn(move || {
                                thread::yield_now();
                                ended.fetch_add(1, SeqCst);
                                if number == 3 {
                                    resume_unwind(Box::new("job 3"));
                                }
                            });
                        }
                        if body_fails {
                            resume_unwind(Box::new("the body"));
                        }
                    });
                }));
                let words = result.expect_err("it panics").downcast_ref::<&str>().copied();
                assert_eq!(words, Some(if body_fails { "the body" } else { "job 3" }));
                assert_eq!(ended.load(SeqCst), 10, "the scope ended before its jobs");
            }
        }
    });
}

/// What a job holds that borrows from the scope's caller, and takes its time to let go.
struct LetsGo<'scope>(&'scope AtomicUsize);

impl Drop for LetsGo<'_> {
    fn drop(&mut self) {
        (0..200).for_each(|_| thread::yield_now());
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_scope_in_a_pool_that_cancels_still_ends() {
    within(LIMIT, || {
        let pool = ThreadPool::new(1).expect("it starts");
        let ((begun, has_begun), (open, opened)) = (mpsc::channel(), mpsc::channel::<()>());
        let running = pool.submit(move || {
            begun.send(()).expect("the test is there");
            let _ = opened.recv();
        });
        has_begun.recv().expect("it begins");
        let (ran, let_go) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|threads| {
            pool.scope(|scope| {
                for _ in 0..5 {
                    let borrowed = LetsGo(&let_go);
                    scope.spawn(|| {
                        let _borrowed = borrowed;
                        add(&ran, 1);
                    });
                }
                threads.spawn(|| pool.shutdown(Queued::Cancel));
            });
            assert_eq!(ran.load(SeqCst), 0, "the only worker was busy");
            assert_eq!(let_go.load(SeqCst), 5, "the scope ended while a job still borrowed");
            drop(open);
        });
        assert!(running.expect("it was open").result().is_ok());
        // Closed: nobody to share with.
        pool.scope(|scope| scope.spawn(|| add(&ran, 1)));
        assert_eq!(pool.install(|| ()), Err(JobError::Cancelled));
        assert_eq!(pool.join(|| 1, || 2), (1, 2));
    });
}
