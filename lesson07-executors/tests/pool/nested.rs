//! Workers that wait for jobs: of their own pool, and of another.

use super::*;

/// Two workers wait for jobs of another pool, a third has nothing to do. Each wakes for its own.
#[test]
fn a_worker_that_waits_for_another_pool_is_woken_itself() {
    within(LIMIT, || {
        for first in [0, 1] {
            let (pool, other) = (
                ThreadPool::builder(3).idle(Idle::PARK).build().expect("it starts"),
                CondvarQueue::new(2).expect("it starts"),
            );
            // Neither job waits before both have begun: a worker that waits helps, and could run the other one inside.
            let both = Arc::new(Barrier::new(2));
            let mut waiting = [0, 1].map(|_| {
                let (gate, handle) = occupy(&other);
                let (begun, has_begun) = mpsc::channel();
                let both = Arc::clone(&both);
                let waits = pool.submit(move || {
                    begun.send(()).expect("the test is there");
                    both.wait();
                    handle.result()
                });
                has_begun.recv().expect("it begins");
                (gate, waits.expect("it is open"))
            });
            thread::sleep(Duration::from_millis(5)); // asleep by now, most times
            waiting.rotate_left(first);
            for (gate, waits) in waiting {
                drop(gate);
                assert_eq!(waits.result(), Ok(Ok(())));
            }
        }
    });
}

/// Sums 1 to `n` by jobs that submit jobs and wait for them.
fn nested<P: Executor + Send + Sync + 'static>(pool: &Arc<P>, n: u64) -> Result<u64, JobError> {
    if n == 0 {
        return Ok(0);
    }
    let inner = Arc::clone(pool);
    let below = pool.submit(move || nested(&inner, n - 1)).expect("it is open").result()??;
    Ok(n + below)
}

#[test]
fn a_pool_inside_a_pool_helps_in_versions_3_and_4() {
    within(LIMIT, || {
        for workers in [1, 2] {
            for idle in [Idle::PARK, Idle::SPIN_THEN_PARK] {
                let pool = Arc::new(ThreadPool::builder(workers).idle(idle).build().expect("it starts"));
                let inner = Arc::clone(&pool);
                assert_eq!(pool.submit(move || nested(&inner, 50)).expect("it is open").result(), Ok(Ok(1_275)));
                // Through the other ways of waiting as well.
                let inner = Arc::clone(&pool);
                let sum = pool.submit(move || {
                    let handles = (1..=10_u64).map(|number| inner.submit(move || number).expect("it is open"));
                    let sum: u64 = as_completed(handles).map(|handle| handle.result().expect("no panic")).sum();
                    sum + inner.map(1..=10_u64, |number| number).expect("open").map(Result::unwrap).sum::<u64>()
                });
                assert_eq!(sum.expect("it is open").result(), Ok(110));
            }
        }
    });
}

#[test]
fn a_pool_inside_a_pool_says_why_it_would_deadlock_in_versions_1_and_2() {
    fn with<P: Executor + Send + Sync + 'static>(make: impl Fn(usize) -> P) {
        for workers in [1, 2, 3] {
            let pool = Arc::new(make(workers));
            let inner = Arc::clone(&pool);
            let outer = pool.submit(move || nested(&inner, 20)).expect("it is open");
            assert_eq!(outer.result(), Ok(Err(JobError::WouldDeadlock)), "{workers} workers");
            // Not as deep as there are workers: it works. In a new pool: the job that nobody waits for any more goes on.
            let pool = Arc::new(make(workers));
            let inner = Arc::clone(&pool);
            let outer = pool.submit(move || nested(&inner, workers as u64 - 1)).expect("it is open").result();
            assert_eq!(outer, Ok(Ok((workers * (workers - 1) / 2) as u64)));
        }
        // Who was refused no longer counts as waiting.
        let pool = Arc::new(make(2));
        for _ in 0..3 {
            for (depth, expected) in [(2, Err(JobError::WouldDeadlock)), (1, Ok(1))] {
                let inner = Arc::clone(&pool);
                let outer = pool.submit(move || nested(&inner, depth)).expect("it is open");
                assert_eq!(outer.result(), Ok(expected));
            }
        }
    }
    within(LIMIT, || {
        with(|workers| SharedReceiver::new(workers).expect("it starts"));
        with(|workers| CondvarQueue::new(workers).expect("it starts"));
    });
}

/// The second job is queued behind the one that the first waits for: when it begins, the first waits no more, though it may
/// not have woken yet. Nobody is refused for nothing.
#[test]
fn a_deadlock_is_not_seen_where_there_is_none() {
    within(LIMIT, || {
        let pool = Arc::new(CondvarQueue::new(2).expect("it starts"));
        let outer = |_| {
            let (inner, (queued, is_queued)) = (Arc::clone(&pool), mpsc::channel());
            let outer = pool.submit(move || {
                let below = inner.submit(|| 1).expect("it is open");
                queued.send(()).expect("the test is there");
                below.result()
            });
            is_queued.recv().expect("it begins");
            outer.expect("it is open")
        };
        let handles: Vec<_> = (0..2_000).map(outer).collect();
        for (number, handle) in handles.into_iter().enumerate() {
            assert_eq!(handle.result(), Ok(Ok(1)), "job {number}");
        }
    });
}

#[test]
fn a_wait_for_another_pools_job_is_none_of_its_own() {
    within(LIMIT, || {
        let (one, other) = (CondvarQueue::new(1).expect("it starts"), CondvarQueue::new(1).expect("it starts"));
        let other = Arc::new(other);
        let outer = one.submit(move || other.submit(|| 5).expect("it is open").result()).expect("it is open");
        assert_eq!(outer.result(), Ok(Ok(5)));
    });
}
