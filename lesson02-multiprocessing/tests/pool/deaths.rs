//! Jobs that fail, and workers that die or are to end.

use super::*;

#[test]
fn a_panic_is_its_own_jobs_error_with_words_and_place() {
    within(LIMIT, || {
        let executor = executor(1);
        let pid = executor.submit(&PID, &()).expect("open").result().expect("it lives");
        let error = executor.submit(&PANIC, &"my words".to_owned()).expect("open").result().expect_err("it panics");
        let JobError::Failed { job, failure: Failure::Panicked { message, place } } = &error else { panic!("{error}") };
        assert_eq!((job.name, message.as_str()), ("panic", "my words"));
        assert!(place.contains("jobs.rs:"), "{place}");
        let results: Vec<_> = executor.map(&EVEN, [2, 3, 4], 3).expect("open").collect();
        assert!(matches!(results[..], [Ok(2), Err(JobError::Failed { .. }), Ok(4)]), "{results:?}");
        assert_eq!(executor.submit(&PID, &()).expect("open").result().expect("it lives"), pid, "the worker lives on");
    });
}

#[test]
fn a_death_fails_exactly_the_jobs_that_the_worker_held() {
    within(LIMIT, || {
        // One worker, three in flight: the fatal job and what was on its way with it; the rest are done by the next.
        let executor = one_worker(|options| options.in_flight = 3);
        let blocker = executor.submit(&SLEEP, &50).expect("open");
        running(&blocker);
        let fatal = executor.submit(&ABORT, &()).expect("open");
        let others: Vec<_> = (0..10).map(|number| executor.submit(&SQUARE, &number).expect("open")).collect();
        assert!(matches!(blocker.result(), Ok(50) | Err(JobError::WorkerDied { .. })));
        let fatal = fatal.result().expect_err("it aborts");
        let JobError::WorkerDied { job, status, .. } = fatal else { panic!("{fatal}") };
        assert!(job.name == "abort" && !status.success(), "{job} {status}");
        let mut lost = 0;
        for (number, other) in others.into_iter().enumerate() {
            let job = other.job();
            match other.result() {
                Ok(square) => assert_eq!(square, (number * number) as u64),
                Err(error) => {
                    assert!(matches!(error, JobError::WorkerDied { .. }) && error.job() == job, "{error}");
                    lost += 1;
                }
            }
        }
        assert!(lost <= 2, "{lost} lost, and only two were in flight beside it");
        // With one in flight, nobody else is lost.
        let (error, failed, goes_on) = demos::executor::death(program(), OnDeath::FailItsJobs).expect("it runs");
        assert!(matches!(error, JobError::WorkerDied { status, .. } if status.code() == Some(3)));
        assert!(failed == 0 && goes_on);
    });
}

/// It waits until its worker has nothing else: what that worker dies of does not concern it.
#[test]
fn a_job_with_a_limit_travels_alone() {
    within(LIMIT, || {
        let executor = one_worker(|options| options.in_flight = 3);
        let blocker = executor.submit(&SLEEP, &50).expect("open");
        running(&blocker);
        let fatal = executor.submit(&ABORT, &()).expect("open");
        let limited = executor.submit_within(LIMIT, &SQUARE, &3).expect("open");
        fatal.result().expect_err("it aborts");
        assert_eq!(limited.result().expect("it was not there"), 9);
    });
}

#[test]
fn a_worker_that_dies_idle_costs_no_job() {
    within(LIMIT, || {
        let executor = executor(1);
        for number in 0..20 {
            let pid = executor.submit(&PID, &()).expect("open").result().expect("nobody held a job");
            assert!(executor.kill_worker(0));
            // SIGKILL takes effect a moment later; until then it is alive, and would be given a job.
            wait_until_dead(pid);
            assert_eq!(executor.submit(&SQUARE, &number).expect("open").result().expect("replaced"), number * number);
        }
    });
}

/// Waits, and leaves it to its owner to reap it.
#[cfg(unix)]
fn wait_until_dead(pid: u32) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let pid = Pid::from_raw(pid as i32).expect("a process id");
    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).expect("it is our child");
}

#[cfg(not(unix))]
fn wait_until_dead(_: u32) {
    thread::sleep(Duration::from_millis(200));
}

#[test]
fn a_broken_pool_fails_all_and_takes_no_more() {
    within(LIMIT, || {
        let options = Options { on_death: OnDeath::BreakThePool, ..Options::new(program(), 2) };
        let executor = Executor::start(options).expect("workers start");
        let long = executor.submit(&SLEEP, &FOREVER).expect("open");
        running(&long);
        let fatal = executor.submit(&EXIT, &7).expect("open");
        let queued: Vec<_> = (0..5).map_while(|number| executor.submit(&SLEEP, &number).ok()).collect();
        let error = fatal.result().expect_err("it exits");
        assert!(matches!(error, JobError::WorkerDied { status, .. } if status.code() == Some(7)), "{error}");
        for lost in queued.into_iter().chain([long]) {
            let job = lost.job();
            let error = lost.result().expect_err("the pool is broken");
            assert!(matches!(error, JobError::Broken { status, .. } if status.code() == Some(7)), "{error}");
            assert_eq!(error.job(), job);
        }
        let refused = executor.submit(&SQUARE, &1).map(|handle| handle.job());
        assert!(matches!(refused, Err(SubmitError::Broken { status, .. }) if status.code() == Some(7)), "{refused:?}");
    });
}

#[test]
fn out_of_time_is_killed_and_replaced_and_its_neighbours_are_not_harmed() {
    within(LIMIT, || {
        let executor = one_worker(|options| options.in_flight = 8);
        let before = executor.submit(&PID, &()).expect("open").result().expect("it lives");
        let limit = Duration::from_millis(20);
        let slow = executor.submit_within(limit, &COMPUTE, &u64::MAX).expect("open");
        let others: Vec<_> = (0..10).map(|number| executor.submit(&SQUARE, &number).expect("open")).collect();
        let error = slow.result().expect_err("it never ends");
        let JobError::TimedOut { job, limit: told, pid } = error else { panic!("{error}") };
        assert_eq!((job.name, told, pid), ("compute", limit, before));
        for (number, other) in (0..).zip(others) {
            assert_eq!(other.result().expect("it travelled in another boat"), number * number);
        }
        assert_ne!(executor.submit(&PID, &()).expect("open").result().expect("it lives"), before);
        // In time: nothing happens to it.
        let quick = executor.submit_within(LIMIT, &SQUARE, &3).expect("open");
        assert_eq!(quick.result().expect("it is quick"), 9);
    });
}

#[test]
fn a_process_does_so_many_jobs_and_no_more() {
    within(LIMIT, || {
        for in_flight in [1, 64] {
            let executor = one_worker(|options| {
                options.max_tasks_per_child = NonZero::new(3);
                options.in_flight = in_flight;
            });
            let pids: Vec<u32> =
                executor.map(&PID, [(); 10], 1).expect("open").collect::<Result<_, _>>().expect("fine");
            let groups: Vec<usize> = pids.chunk_by(|one, other| one == other).map(<[u32]>::len).collect();
            assert_eq!(groups, [3, 3, 3, 1], "{in_flight} in flight");
        }
    });
}
