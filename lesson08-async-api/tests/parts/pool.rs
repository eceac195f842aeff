use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lesson08_async_api::pool::{Pool, PoolError};
use tokio::time::{Instant, sleep, timeout};

use crate::{on_two_workers, on_virtual_time};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn first_come_first_served_and_told_in_time() {
    on_virtual_time(|| async {
        let pool = Pool::new(["one"]);
        let start = Instant::now();
        let wait = |number: u32, patience| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let got = pool.acquire(patience * SECOND).await.map(|guard| *guard);
                sleep(SECOND * 2).await; // the guard is gone by then: it was lent for no time at all
                (number, got, start.elapsed() - SECOND * 2)
            })
        };
        let held = pool.acquire(SECOND).await.expect("it is free");
        let waiters = [wait(1, 5), wait(2, 9), wait(3, 1)];
        sleep(SECOND * 3).await;
        drop(held);
        let mut results = Vec::new();
        for waiter in waiters {
            results.push(waiter.await.expect("it does not panic"));
        }
        let refused = Err(PoolError::TimedOut(SECOND));
        assert_eq!(results, [(1, Ok("one"), SECOND * 3), (2, Ok("one"), SECOND * 3), (3, refused, SECOND)]);
    });
}

#[test]
fn a_waiter_that_leaves_takes_no_place_with_it() {
    on_virtual_time(|| async {
        let pool = Pool::new([1, 2]);
        let guards = [pool.acquire(SECOND).await, pool.acquire(SECOND).await];
        for _ in 0..100 {
            assert!(timeout(SECOND / 2, pool.acquire(SECOND)).await.is_err(), "there is none to be had");
        }
        assert_eq!((pool.idle(), pool.most_in_use(), pool.size()), (0, 2, 2));
        drop(guards);
        let both = [pool.acquire(Duration::ZERO).await, pool.acquire(Duration::ZERO).await];
        assert!(both.iter().all(Result::is_ok), "both are back, and can be had at once");
        assert_ne!(both[0].as_deref(), both[1].as_deref(), "one is lent to one at a time");
    });
}

#[test]
fn a_closed_pool_says_so_and_keeps_nothing() {
    on_virtual_time(|| async {
        let pool = Pool::new([Arc::new(())]);
        let held = pool.acquire(SECOND).await.expect("it is free");
        let item = Arc::downgrade(&held);
        let waiting = tokio::spawn({
            let pool = pool.clone();
            async move { pool.acquire(SECOND).await.err() }
        });
        tokio::task::yield_now().await;
        pool.close();
        assert_eq!(waiting.await.expect("it does not panic"), Some(PoolError::Closed));
        assert_eq!(pool.acquire(SECOND).await.err(), Some(PoolError::Closed));
        drop(held);
        assert_eq!((pool.idle(), item.strong_count()), (0, 0), "what comes back late is dropped");
    });
}

/// Says that an item is in use.
struct Mark<'a>(&'a AtomicBool);

impl<'a> Mark<'a> {
    fn put(item: &'a AtomicBool) -> Self {
        assert!(!item.swap(true, Ordering::SeqCst), "it is lent twice");
        Mark(item)
    }
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// Tasks that take, are cancelled, and give back, for a while: never is one lent twice, and none is lost.
#[test]
fn under_stress_it_lends_each_to_one_and_loses_none() {
    on_two_workers(|| async {
        let items: Vec<Arc<AtomicBool>> = (0..3).map(|_| Arc::default()).collect();
        let pool = Pool::new(items);
        let end = Instant::now() + Duration::from_millis(300);
        let tasks: Vec<_> = (0..16_u64)
            .map(|seed| {
                let pool = pool.clone();
                tokio::spawn(async move {
                    let mut random = fastrand::Rng::with_seed(seed);
                    while Instant::now() < end {
                        let turns = random.u32(0..20);
                        let work = async {
                            let guard = pool.acquire(Duration::from_millis(1)).await.ok()?;
                            let _mark = Mark::put(&guard); // taken off before the guard is dropped
                            for _ in 0..turns {
                                tokio::task::yield_now().await;
                            }
                            Some(())
                        };
                        drop(timeout(Duration::from_micros(random.u64(0..3000)), work).await); // cancelled anywhere
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it does not panic");
        }
        assert_eq!(pool.idle(), 3, "all are back");
        assert!(pool.most_in_use() <= 3);
    });
}
