//! The pools on real threads. What the versions have in common is asked of each of them.

#![allow(missing_docs)]

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use common::within;
use lesson07_executors::pool::condvar_queue::CondvarQueue;
use lesson07_executors::pool::shared_receiver::SharedReceiver;
use lesson07_executors::pool::{
    BuildError, Cancel, Executor, Idle, JobError, JoinHandle, Queued, SubmitError, ThreadPool, TimedOut, Until,
    as_completed, wait,
};

const LIMIT: Duration = Duration::from_secs(120);
const LONG: Duration = Duration::from_secs(600);

/// A job that runs until it is told to end, and the ends to do so.
struct Gate {
    begun: mpsc::Receiver<()>,
    open: mpsc::Sender<()>,
}

/// Occupies a worker, and returns once it is occupied.
fn occupy(pool: &impl Executor) -> (Gate, JoinHandle<()>) {
    let ((begun, has_begun), (open, opened)) = (mpsc::channel(), mpsc::channel::<()>());
    let job = move || {
        begun.send(()).expect("the test is there");
        let _ = opened.recv(); // or the gate was dropped
    };
    let handle = pool.submit(job).expect("it is open");
    let gate = Gate { begun: has_begun, open };
    gate.begun.recv().expect("it begins");
    (gate, handle)
}

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

/// Two workers wait for jobs of another pool, a third has nothing to do. Each wakes for its own.
#[test]
fn a_worker_that_waits_for_another_pool_is_woken_itself() {
    within(LIMIT, || {
        for first in [0, 1] {
            let (pool, other) = (
                ThreadPool::builder(3).idle(Idle::PARK).build().expect("it starts"),
                CondvarQueue::new(2).expect("it starts"),
            );
            let mut waiting = [0, 1].map(|_| {
                let (gate, handle) = occupy(&other);
                let (begun, has_begun) = mpsc::channel();
                let waits = pool.submit(move || {
                    begun.send(()).expect("the test is there");
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

#[test]
fn shutdown_cancels_what_is_queued_and_only_that() {
    fn with<P: Executor + Sync>(pool: P, close: impl Fn(&P) + Sync) {
        let (gate, running) = occupy(&pool);
        let queued: Vec<_> = (0..10).map(|_| pool.submit(|| ()).expect("it is open")).collect();
        thread::scope(|scope| {
            scope.spawn(|| close(&pool));
            for handle in queued {
                assert_eq!(handle.result(), Err(JobError::Cancelled)); // while the worker is still busy
            }
            drop(gate);
        });
        assert_eq!(running.result(), Ok(()));
    }
    within(LIMIT, || {
        with(CondvarQueue::new(1).expect("it starts"), |pool| pool.shutdown(Queued::Cancel));
        with(ThreadPool::new(1).expect("it starts"), |pool| pool.shutdown(Queued::Cancel));
        // What a worker had submitted itself lies in its own deque, and is cancelled as well.
        let pool = Arc::new(ThreadPool::new(1).expect("it starts"));
        let (inner, (close, closed)) = (Arc::clone(&pool), mpsc::channel::<()>());
        let (handles, received) = mpsc::channel();
        let running = pool.submit(move || {
            let submitted: Vec<_> = (0..5).map(|_| inner.submit(|| ()).expect("it is open")).collect();
            handles.send(submitted).expect("the test is there");
            closed.recv().expect("the test is there");
        });
        let submitted = received.recv().expect("it runs");
        let closing = Arc::clone(&pool);
        let closer = thread::spawn(move || closing.shutdown(Queued::Cancel));
        while pool.submit(|| ()).is_ok() {
            thread::yield_now();
        }
        close.send(()).expect("it waits");
        closer.join().expect("no panic");
        running.expect("it was open").result().expect("it ended");
        assert!(submitted.into_iter().all(|handle| handle.result() == Err(JobError::Cancelled)));
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
        assert!(handles.into_iter().all(|handle| handle.result() == Ok(Ok(1))));
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

/// Each job submits the next two, until there were a million.
fn a_million(idle: Idle) {
    struct Tree {
        pool: ThreadPool,
        left: AtomicU64,
        ran: AtomicU64,
        done: mpsc::Sender<()>,
    }
    fn grow(tree: &Arc<Tree>) {
        for _ in 0..2 {
            if tree.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_err() {
                break;
            }
            let inner = Arc::clone(tree);
            drop(tree.pool.submit(move || grow(&inner)).expect("it is open"));
        }
        if tree.ran.fetch_add(1, SeqCst) + 1 == 1_000_000 {
            tree.done.send(()).expect("the test waits");
        }
    }
    within(LIMIT, move || {
        let (done, all_done) = mpsc::channel();
        let pool = ThreadPool::builder(2).idle(idle).build().expect("it starts");
        let tree = Arc::new(Tree { pool, left: AtomicU64::new(999_999), ran: AtomicU64::new(0), done });
        let first = Arc::clone(&tree);
        drop(tree.pool.submit(move || grow(&first)).expect("it is open"));
        all_done.recv().expect("the last one tells");
        assert_eq!(tree.ran.load(SeqCst), 1_000_000);
    });
}

#[test]
fn a_million_jobs_that_submit_jobs() {
    a_million(Idle::SPIN_YIELD_PARK);
}

#[test]
fn a_million_jobs_that_submit_jobs_parking_at_once() {
    a_million(Idle::PARK);
}

/// One at a time, so that the worker is about to fall asleep at each: a lost wake-up would hang here.
#[test]
fn no_wake_up_is_lost() {
    within(LIMIT, || {
        for (spins, yields) in [(0, 0), (1, 0), (100, 0), (0, 1), (200, 32)] {
            let idle = Idle { spins, yields, park: true };
            let pool = ThreadPool::builder(2).idle(idle).build().expect("it starts");
            let end = std::time::Instant::now() + Duration::from_millis(100);
            while std::time::Instant::now() < end {
                assert_eq!(pool.submit(|| 1).expect("it is open").result(), Ok(1));
            }
        }
    });
}
