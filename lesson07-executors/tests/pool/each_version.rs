//! What the versions have in common, asked of each.

use super::*;

macro_rules! every_version {
    ($($version:ident: $make:expr, $close:expr;)*) => {$(
        mod $version {
            use super::*;

            #[test]
            fn results_come_back() {
                within(LIMIT, || results_come_back_from(&$make(2).expect("it starts")));
            }

            #[test]
            fn no_job_is_lost_and_none_runs_twice() {
                within(LIMIT, || {
                    for workers in [1, 2, 4] {
                        each_runs_once($make(workers).expect("it starts"));
                    }
                });
            }

            #[test]
            fn a_panic_is_its_own_jobs_error() {
                within(LIMIT, || panics(&$make(1).expect("it starts")));
            }

            #[test]
            fn a_queued_job_is_cancelled_for_good_and_a_running_one_is_asked() {
                within(LIMIT, || cancels(&$make(1).expect("it starts")));
            }

            #[test]
            fn a_time_out_leaves_the_job_alone() {
                within(LIMIT, || times_out(&$make(1).expect("it starts")));
            }

            #[test]
            fn completion_order_and_submit_order() {
                within(LIMIT, || orders(&$make(4).expect("it starts")));
            }

            #[test]
            fn wait_returns_when_it_should() {
                within(LIMIT, || waits(&$make(4).expect("it starts")));
            }

            #[test]
            fn zero_workers_are_refused() {
                assert!(matches!($make(0), Err(BuildError::NoWorkers)));
            }

            #[test]
            fn a_closed_pool_refuses_and_has_done_what_it_accepted() {
                within(LIMIT, || closes($make(2).expect("it starts"), $close));
            }

            #[test]
            fn dropping_waits_for_all_that_was_accepted() {
                within(LIMIT, || {
                    let done = Arc::new(AtomicUsize::new(0));
                    let pool = $make(2).expect("it starts");
                    for _ in 0..100 {
                        let done = Arc::clone(&done);
                        drop(pool.submit(move || done.fetch_add(1, SeqCst)).expect("it is open"));
                    }
                    drop(pool);
                    assert_eq!(done.load(SeqCst), 100);
                });
            }

            #[test]
            fn a_callback_runs_once_before_or_after() {
                within(LIMIT, || calls_back(&$make(1).expect("it starts")));
            }

            #[test]
            fn a_pool_that_ends_inside_its_own_worker_does_not_hang() {
                within(LIMIT, || {
                    let pool = Arc::new($make(2).expect("it starts"));
                    let (send, receive) = mpsc::channel();
                    let (last, opened) = (Arc::clone(&pool), Arc::new(Barrier::new(2)));
                    let gate = Arc::clone(&opened);
                    let handle = pool.submit(move || {
                        gate.wait(); // by now the test has let go of its own
                        drop(last);
                        send.send(()).expect("the test is there");
                    });
                    drop(pool);
                    opened.wait();
                    receive.recv().expect("the job goes on after it dropped its pool");
                    handle.expect("it was accepted").result().expect("it ended");
                });
            }
        }
    )*};
}

every_version! {
    one: SharedReceiver::new, SharedReceiver::shutdown;
    two: CondvarQueue::new, |pool: &CondvarQueue| pool.shutdown(Queued::Finish);
    three: ThreadPool::new, finish;
    three_parking_at_once: |workers| ThreadPool::builder(workers).idle(Idle::PARK).build(), finish;
    three_without_yields: |workers| ThreadPool::builder(workers).idle(Idle::SPIN_THEN_PARK).build(), finish;
    three_spinning: |workers| ThreadPool::builder(workers).idle(Idle::SPIN).build(), finish;
}

fn finish(pool: &ThreadPool) {
    pool.shutdown(Queued::Finish);
}

fn results_come_back_from(pool: &impl Executor) {
    for number in 0..200_u64 {
        assert_eq!(pool.submit(move || number * 2).expect("it is open").result(), Ok(number * 2));
    }
    let text = String::from("moved in and out");
    assert_eq!(pool.submit(move || text).expect("it is open").result().as_deref(), Ok("moved in and out"));
    let squares: Result<Vec<u64>, JobError> = pool.map(0..100, |number: u64| number * number).expect("open").collect();
    assert_eq!(squares, Ok((0..100).map(|number| number * number).collect()));
}

fn each_runs_once(pool: impl Executor + Send + Sync) {
    let (ran, twice) =
        (Arc::new((0..4_000).map(|_| AtomicBool::new(false)).collect::<Vec<_>>()), AtomicBool::new(false));
    let twice = Arc::new(twice);
    thread::scope(|scope| {
        for part in 0..4 {
            let (pool, ran, twice) = (&pool, &ran, &twice);
            scope.spawn(move || {
                for number in part * 1_000..(part + 1) * 1_000 {
                    let (ran, twice) = (Arc::clone(ran), Arc::clone(twice));
                    let job = move || {
                        if ran[number].swap(true, SeqCst) {
                            twice.store(true, SeqCst);
                        }
                    };
                    drop(pool.submit(job).expect("it is open"));
                }
            });
        }
    });
    drop(pool);
    assert!(ran.iter().all(|ran| ran.load(SeqCst)), "a job was lost");
    assert!(!twice.load(SeqCst), "a job ran twice");
}

fn panics(pool: &impl Executor) {
    let before = pool.submit(|| 1).expect("it is open");
    let failed = pool.submit(|| resume_unwind(Box::new("its own words"))).expect("it is open");
    let failed: JoinHandle<()> = failed;
    let after = pool.submit(|| 2).expect("it is open");
    assert_eq!(failed.result(), Err(JobError::Panicked("its own words".into())));
    assert_eq!((before.result(), after.result()), (Ok(1), Ok(2)));
    let failed = pool.submit(|| resume_unwind(Box::new(String::from("text")))).expect("it is open");
    let failed: JoinHandle<()> = failed;
    assert_eq!(failed.result(), Err(JobError::Panicked("text".into())));
    // A callback that panics takes neither the worker nor the other callbacks with it.
    let (gate, handle) = occupy(pool);
    let called = Arc::new(AtomicBool::new(false));
    handle.add_done_callback(|| resume_unwind(Box::new("in a callback")));
    let second = Arc::clone(&called);
    handle.add_done_callback(move || second.store(true, SeqCst));
    drop(gate);
    assert_eq!(handle.result(), Ok(()));
    assert_eq!(pool.submit(|| 3).expect("it is open").result(), Ok(3));
    assert!(called.load(SeqCst));
}

fn cancels(pool: &impl Executor) {
    let (gate, running) = occupy(pool);
    let ran = Arc::new(AtomicBool::new(false));
    let held = Arc::new(());
    let (job_ran, job_held) = (Arc::clone(&ran), Arc::clone(&held));
    let queued = pool
        .submit(move || {
            job_ran.store(true, SeqCst);
            drop(job_held);
        })
        .expect("it is open");
    assert!(!queued.running() && !queued.done());
    assert_eq!(queued.cancel(), Cancel::Cancelled);
    assert_eq!(Arc::strong_count(&held), 1, "what the job had captured is dropped when it is cancelled");
    assert!(queued.done() && queued.failed());
    assert_eq!(queued.cancel(), Cancel::TooLate);
    assert!(running.running());
    assert_eq!(running.cancel(), Cancel::Asked, "this one does not look");
    drop(gate);
    assert_eq!(running.result(), Ok(()), "and so it ends as if nothing had happened");
    assert_eq!(queued.result(), Err(JobError::Cancelled));
    assert_eq!(pool.submit(|| 1).expect("it is open").result(), Ok(1));
    assert!(!ran.load(SeqCst), "a cancelled job ran");
    // A job that looks at its token ends.
    let (begun, has_begun) = mpsc::channel();
    let looks = pool
        .submit_cancellable(move |token| {
            begun.send(()).expect("the test is there");
            while !token.is_cancelled() {
                thread::yield_now();
            }
            "half of it"
        })
        .expect("it is open");
    has_begun.recv().expect("it begins");
    assert_eq!(looks.cancel(), Cancel::Asked);
    assert_eq!(looks.result(), Ok("half of it"));
    let finished = pool.submit(|| 7).expect("it is open");
    while !finished.done() {
        thread::yield_now();
    }
    assert_eq!(finished.cancel(), Cancel::TooLate);
    assert_eq!(finished.result(), Ok(7));
}

fn times_out(pool: &impl Executor) {
    let (gate, running) = occupy(pool);
    let TimedOut(running) = running.result_timeout(Duration::ZERO).expect_err("it runs");
    let TimedOut(running) = running.result_timeout(Duration::from_millis(5)).expect_err("it still runs");
    assert!(running.running());
    drop(gate);
    assert_eq!(running.result_timeout(LONG).expect("it ends"), Ok(()));
    let (gate, running) = occupy(pool);
    let opener = thread::spawn(move || gate.open.send(()).expect("it waits"));
    assert_eq!(running.result_timeout(Duration::MAX).expect("no clock goes so far"), Ok(()));
    opener.join().expect("it only opens");
}

fn orders(pool: &impl Executor) {
    // Four jobs that end one after the other, the last one first.
    let mut gates: Vec<(Gate, JoinHandle<()>)> = (0..4).map(|_| occupy(pool)).collect();
    let (gates, handles): (Vec<_>, Vec<_>) = gates.drain(..).unzip();
    let mut finished = as_completed(handles);
    let mut count = 0;
    for gate in gates.into_iter().rev() {
        gate.open.send(()).expect("it waits");
        let handle = finished.next().expect("there are four");
        assert!(handle.done(), "a handle was handed out before its job was done");
        count += 1;
    }
    assert!(count == 4 && finished.next().is_none());
    assert!(as_completed(Vec::<JoinHandle<()>>::new()).next().is_none());
    let mut numbers: Vec<u32> = as_completed((0..50).map(|number| pool.submit(move || number).expect("it is open")))
        .map(|handle| handle.result().expect("no panic"))
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..50).collect::<Vec<_>>());
}

fn waits(pool: &impl Executor) {
    let ((slow_gate, slow), (quick_gate, quick)) = (occupy(pool), occupy(pool));
    quick_gate.open.send(()).expect("it waits");
    let (done, others) = wait([slow, quick], Until::FirstCompleted);
    assert_eq!((done.len(), others.len()), (1, 1));
    assert!(!others[0].done(), "it did not wait for the slow one");
    // A job that succeeds is no reason to return; one that fails is.
    let fails = pool.submit(|| resume_unwind(Box::new("fails"))).expect("it is open");
    let good = pool.submit(|| ()).expect("it is open");
    let (done, others) = wait(others.into_iter().chain([good, fails]), Until::FirstFailed);
    assert!(done.iter().any(JoinHandle::failed), "none has failed yet");
    assert!(others.iter().any(|handle| !handle.done()), "the slow one was waited for");
    slow_gate.open.send(()).expect("it waits");
    let (done, others) = wait(done.into_iter().chain(others), Until::AllCompleted);
    assert_eq!((done.len(), others.len()), (3, 0));
    let (done, others) = wait((0..10).map(|_| pool.submit(|| ()).expect("it is open")), Until::FirstFailed);
    assert_eq!((done.len(), others.len()), (10, 0), "no failure: all of them");
}

fn closes<P: Executor>(pool: P, close: impl Fn(&P)) {
    let done = Arc::new(AtomicUsize::new(0));
    for _ in 0..100 {
        let done = Arc::clone(&done);
        drop(pool.submit(move || done.fetch_add(1, SeqCst)).expect("it is open"));
    }
    close(&pool);
    assert_eq!(done.load(SeqCst), 100, "shutdown waits for what was accepted");
    assert_eq!(pool.submit(|| ()).err(), Some(SubmitError::ShutDown));
    assert_eq!(pool.try_submit(|| ()).err(), Some(SubmitError::ShutDown));
    close(&pool);
}

fn calls_back(pool: &impl Executor) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (gate, handle) = occupy(pool);
    let (before, after) = (Arc::clone(&calls), Arc::clone(&calls));
    handle.add_done_callback(move || _ = before.fetch_add(1, SeqCst));
    assert_eq!(calls.load(SeqCst), 0);
    drop(gate);
    while calls.load(SeqCst) == 0 {
        thread::yield_now();
    }
    handle.add_done_callback(move || _ = after.fetch_add(10, SeqCst));
    assert_eq!(calls.load(SeqCst), 11);
    assert_eq!(handle.result(), Ok(()));
    // A callback may ask for another.
    let (gate, handle) = occupy(pool);
    let (handle, last) = (Arc::new(handle), Arc::clone(&calls));
    let same = Arc::clone(&handle);
    handle.add_done_callback(move || same.add_done_callback(move || _ = last.fetch_add(100, SeqCst)));
    drop(gate);
    while calls.load(SeqCst) != 111 {
        thread::yield_now();
    }
}
