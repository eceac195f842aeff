//! A queue with an end.

use super::*;

/// The bounded ones.
fn is_bounded(pool: &(impl Executor + Sync), capacity: usize) {
    let (gate, running) = occupy(pool);
    let queued: Vec<_> = (0..capacity).map(|number| pool.try_submit(move || number).expect("a place")).collect();
    assert_eq!(pool.try_submit(|| 0).err(), Some(SubmitError::Full));
    assert_eq!(pool.try_submit(|| 0).err(), Some(SubmitError::Full), "a refused job takes no place");
    // Three wait for a place, and get one when the worker goes on.
    thread::scope(|scope| {
        let waiting = [0, 1, 2].map(|_| scope.spawn(|| pool.submit(|| 9).expect("it is open").result()));
        drop(gate);
        for thread in waiting {
            assert_eq!(thread.join().expect("no panic"), Ok(9));
        }
    });
    assert_eq!(running.result(), Ok(()));
    let results: Vec<usize> = queued.into_iter().map(|handle| handle.result().expect("no panic")).collect();
    assert_eq!(results, (0..capacity).collect::<Vec<_>>());
}

#[test]
fn a_full_queue_refuses_or_makes_wait() {
    within(LIMIT, || {
        for capacity in [1, 2, 10] {
            is_bounded(&CondvarQueue::bounded(1, capacity).expect("it starts"), capacity);
            for idle in [Idle::PARK, Idle::SPIN_THEN_PARK] {
                let pool = ThreadPool::builder(1).capacity(capacity).idle(idle).build().expect("it starts");
                is_bounded(&pool, capacity);
            }
        }
    });
    assert!(matches!(CondvarQueue::bounded(1, 0), Err(BuildError::NoPlace)));
    assert!(matches!(ThreadPool::builder(1).capacity(0).build(), Err(BuildError::NoPlace)));
}

/// Many wait for few places, for as long as it takes.
#[test]
fn nobody_waits_for_a_place_for_ever() {
    within(LIMIT, || {
        let pools: [ThreadPool; 2] = [Idle::PARK, Idle::SPIN_THEN_PARK]
            .map(|idle| ThreadPool::builder(2).capacity(2).idle(idle).build().expect("it starts"));
        for pool in pools {
            let sum = AtomicU64::new(0);
            thread::scope(|scope| {
                for _ in 0..6 {
                    scope.spawn(|| {
                        for _ in 0..500 {
                            drop(pool.submit(|| ()).expect("it is open"));
                            sum.fetch_add(1, SeqCst);
                        }
                    });
                }
            });
            assert_eq!(sum.into_inner(), 3_000);
        }
    });
}

#[test]
fn who_waits_for_a_place_in_a_pool_that_closes_is_told() {
    fn with<P: Executor + Sync>(pool: P, close: impl Fn(&P) + Sync) {
        let (gate, _running) = occupy(&pool);
        let queued = pool.try_submit(|| ()).expect("a place");
        let refused = AtomicBool::new(false);
        thread::scope(|scope| {
            let waits = scope.spawn(|| pool.submit(|| ()).err());
            scope.spawn(|| close(&pool));
            // The pool cancels what is queued before it waits for the worker.
            assert_eq!(queued.result(), Err(JobError::Cancelled));
            refused.store(waits.join().expect("no panic") == Some(SubmitError::ShutDown), SeqCst);
            drop(gate);
        });
        assert!(refused.into_inner());
    }
    within(LIMIT, || {
        with(CondvarQueue::bounded(1, 1).expect("it starts"), |pool| pool.shutdown(Queued::Cancel));
        let pool = ThreadPool::builder(1).capacity(1).idle(Idle::PARK).build().expect("it starts");
        with(pool, |pool| pool.shutdown(Queued::Cancel));
    });
}

/// The same where what is queued is to be run: the worker is busy for long, and who waits is told all the same.
#[test]
fn who_waits_for_a_place_does_not_wait_for_a_closed_pools_jobs() {
    fn with<P: Executor + Sync>(pool: P, close: impl Fn(&P) + Sync) {
        let (gate, running) = occupy(&pool);
        let queued = pool.try_submit(|| 1).expect("a place");
        thread::scope(|scope| {
            let waits = scope.spawn(|| pool.submit(|| ()).err());
            (0..100).for_each(|_| thread::yield_now()); // so that it does wait, most times
            scope.spawn(|| close(&pool));
            assert_eq!(waits.join().expect("no panic"), Some(SubmitError::ShutDown));
            drop(gate);
        });
        assert_eq!((running.result(), queued.result()), (Ok(()), Ok(1)));
    }
    within(LIMIT, || {
        for _ in 0..10 {
            with(CondvarQueue::bounded(1, 1).expect("it starts"), |pool| pool.shutdown(Queued::Finish));
            let pool = ThreadPool::builder(1).capacity(1).idle(Idle::PARK).build().expect("it starts");
            with(pool, |pool| pool.shutdown(Queued::Finish));
        }
    });
}

#[test]
fn a_worker_that_submits_to_its_own_full_queue_helps_or_is_refused() {
    within(LIMIT, || {
        let pool = Arc::new(ThreadPool::builder(1).capacity(1).build().expect("it starts"));
        let inner = Arc::clone(&pool);
        let sum = pool.submit(move || {
            let handles = (0..100_u32).map(|number| inner.submit(move || number).expect("it runs some itself"));
            handles.collect::<Vec<_>>().into_iter().map(|handle| handle.result().expect("no panic")).sum::<u32>()
        });
        assert_eq!(sum.expect("it is open").result(), Ok(4_950));
        let pool = Arc::new(CondvarQueue::bounded(1, 1).expect("it starts"));
        let inner = Arc::clone(&pool);
        let second = pool.submit(move || {
            let first = inner.submit(|| ()).map(drop);
            (first, inner.submit(|| ()).map(drop))
        });
        assert_eq!(second.expect("it is open").result(), Ok((Ok(()), Err(SubmitError::Full))));
    });
}
