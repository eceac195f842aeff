//! The pool in its three versions, with workers that do as they should and workers that do not.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::within;
use lesson02_multiprocessing::demos;
use lesson02_multiprocessing::executor::{Executor, Handle, OnDeath, Options, SubmitError, as_completed};
use lesson02_multiprocessing::jobs::{
    ABORT, COMPUTE, ECHO, ECHO_BYTES, EVEN, EXIT, LOOK_SHARED, MISBEHAVE, PANIC, PID, SLEEP, SQUARE, look,
};
use lesson02_multiprocessing::pool::in_flight::{self, Shape};
use lesson02_multiprocessing::pool::{Failure, Job, JobError, Program, one_at_a_time};
use lesson02_multiprocessing::shared::Arena;

/// Nothing here takes as long as this unless it hangs.
const LIMIT: Duration = Duration::from_secs(100);
const FOREVER: u64 = u64::MAX / 1_000_000;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_lesson02-multiprocessing")).silent()
}

fn executor(workers: usize) -> Executor {
    Executor::start(Options::new(program(), workers)).expect("workers start")
}

fn one_worker(change: impl FnOnce(&mut Options)) -> Executor {
    let mut options = Options::new(program(), 1);
    change(&mut options);
    Executor::start(options).expect("workers start")
}

/// Waits until a worker has the job.
fn running<T>(handle: &Handle<T>) {
    while !handle.is_running() {
        thread::yield_now();
    }
}

#[test]
fn map_is_in_order_in_every_version_and_shape() {
    within(LIMIT, || {
        for length in [0, 1, 2, 1_000_u64] {
            let numbers: Vec<u64> = (0..length).collect();
            let squares: Vec<u64> = numbers.iter().map(|number| number * number).collect();
            let mut first = one_at_a_time::Pool::new(&program(), 3).expect("workers start");
            assert_eq!(first.map(&SQUARE, &numbers).expect("nothing fails"), squares);
            let mut second = in_flight::Pool::new(&program(), 3).expect("workers start");
            for (chunk, in_flight) in [(1, 1), (1, 64), (7, 3), (1_000, 2), (0, 0), (5_000, 5_000)] {
                let results = second.map(&SQUARE, &numbers, Shape { chunk, in_flight });
                assert_eq!(results.expect("nothing fails"), squares, "{chunk} {in_flight}");
            }
            for in_flight in [1, 64] {
                let third =
                    Executor::start(Options { in_flight, ..Options::new(program(), 3) }).expect("workers start");
                for chunk in [1, 7, 5_000] {
                    let results = third.map(&SQUARE, numbers.iter().copied(), chunk).expect("they can be carried");
                    assert_eq!(results.collect::<Result<Vec<_>, _>>().expect("nothing fails"), squares);
                }
            }
        }
    });
}

/// Requests and answers of sizes around what a socket holds: were both sides to block in writing, this would hang.
#[test]
fn large_and_small_in_flight_do_not_deadlock() {
    within(LIMIT, || {
        let sizes = [10, 2_000, 20_000, 300_000, 5, 4_000, 4_096, 1_000_000, 1, 0];
        let bodies: Vec<Vec<u8>> = (0..60).map(|index| vec![index as u8; sizes[index % sizes.len()]]).collect();
        let mut pool = in_flight::Pool::new(&program(), 1).expect("a worker starts");
        let echoes = pool.map(&ECHO, &bodies, Shape { chunk: 1, in_flight: 64 }).expect("nothing fails");
        assert!(echoes == bodies);
        let executor = one_worker(|options| options.in_flight = 64);
        let handles: Vec<_> = bodies
            .iter()
            .map(|body| executor.submit_bytes(&ECHO_BYTES, Arc::new(body.clone()), Vec::new()).expect("open"))
            .collect();
        for (handle, body) in handles.into_iter().zip(&bodies) {
            assert!(handle.result().expect("nothing fails") == *body);
        }
    });
}

#[test]
fn as_they_come_each_comes_once() {
    within(LIMIT, || {
        let mut pool = in_flight::Pool::new(&program(), 2).expect("workers start");
        let numbers: Vec<u64> = (0..500).collect();
        let mut seen = BTreeSet::new();
        pool.map_unordered(&EVEN, &numbers, Shape { chunk: 3, in_flight: 4 }, |index, result| {
            assert!(seen.insert(index));
            match result {
                Ok(number) => assert!(number == index as u64 && number % 2 == 0),
                Err(error) => assert!(error.to_string().contains(&format!("{index} is odd")), "{error}"),
            }
        })
        .expect("no worker dies");
        assert_eq!(seen.len(), 500);
    });
}

#[test]
fn the_first_versions_fail_with_their_worker_and_can_still_be_used_with_the_rest() {
    within(LIMIT, || {
        let mut first = one_at_a_time::Pool::new(&program(), 2).expect("workers start");
        let error = first.map(&EXIT, &[3]).expect_err("it exits");
        assert!(matches!(&error, JobError::WorkerDied { status, .. } if status.code() == Some(3)), "{error}");
        assert_eq!(first.map(&SQUARE, &[3]).expect("one is left"), [9]);
        first.map(&EXIT, &[4]).expect_err("it exits");
        assert!(matches!(first.map(&SQUARE, &[3]), Err(JobError::NoWorker { .. })));
        let mut second = in_flight::Pool::new(&program(), 2).expect("workers start");
        let shape = Shape { chunk: 1, in_flight: 4 };
        let error = second.map(&EXIT, &[3], shape).expect_err("it exits");
        assert!(matches!(&error, JobError::WorkerDied { status, .. } if status.code() == Some(3)), "{error}");
        assert_eq!(second.map(&SQUARE, &[3], shape).expect("one is left"), [9]);
        second.map(&EXIT, &[4], shape).expect_err("it exits");
        assert!(matches!(second.map(&SQUARE, &[3], shape), Err(JobError::NoWorker { .. })));
    });
}

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
fn waiting_can_time_out_and_the_job_goes_on() {
    within(LIMIT, || assert!(demos::executor::give_up_waiting(program()).expect("it runs")));
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

#[test]
fn cancelled_if_queued_not_if_running() {
    within(LIMIT, || {
        assert_eq!(demos::executor::cancel(program()).expect("it runs"), (true, false));
        let executor = executor(1);
        let (blocker, queued) =
            (executor.submit(&SLEEP, &20).expect("open"), executor.submit(&SQUARE, &3).expect("open"));
        let after = executor.submit(&SQUARE, &4).expect("open");
        if queued.cancel() {
            assert!(queued.is_done() && !queued.cancel(), "once");
            let error = queued.result().expect_err("cancelled");
            assert!(matches!(error, JobError::Cancelled { job } if job.number == 2), "{error}");
        }
        assert_eq!((blocker.result().expect("fine"), after.result().expect("fine")), (20, 16));
    });
}

#[test]
fn a_cancelled_job_never_reaches_a_worker() {
    within(LIMIT, || {
        let executor = executor(1);
        let worker = executor.submit(&PID, &()).expect("open").result().expect("it lives");
        // A job with a limit has its worker to itself, so what comes after it is still queued here.
        let blocker = executor.submit_within(LIMIT, &SLEEP, &20).expect("open");
        let fatal = executor.submit(&MISBEHAVE, &"abort".to_owned()).expect("open");
        assert!(fatal.cancel(), "it is queued");
        blocker.result().expect("fine");
        assert_eq!(executor.submit(&PID, &()).expect("open").result().expect("it lives"), worker, "it was not run");
    });
}

#[test]
fn as_completed_gives_each_handle_once_and_the_done_ones_first() {
    within(LIMIT, || {
        let executor = executor(2);
        let done = executor.submit(&SQUARE, &3).expect("open");
        while !done.is_done() {
            thread::yield_now();
        }
        // It cannot end before the first has been given out: it is cancelled only then.
        let endless = executor.submit_within(Duration::from_millis(300), &SLEEP, &FOREVER).expect("open");
        let mut completed = as_completed([endless, done]);
        let first = completed.next().expect("two");
        assert_eq!(first.job().name, "square");
        assert!(matches!(first.result(), Ok(9)));
        let second = completed.next().expect("two");
        assert!(second.job().name == "sleep" && second.is_done());
        assert!(completed.next().is_none());
        let handles = (0..200).map(|number| executor.submit(&SQUARE, &number).expect("open"));
        let results: BTreeSet<u64> = as_completed(handles).map(|handle| handle.result().expect("fine")).collect();
        assert_eq!(results.len(), 200);
    });
}

#[test]
fn shut_down_with_and_without_waiting_with_and_without_the_queue() {
    within(LIMIT, || {
        for (wait, cancel) in [(true, false), (true, true), (false, false), (false, true)] {
            let executor = executor(1);
            let running_one = executor.submit(&SLEEP, &30).expect("open");
            running(&running_one);
            let queued: Vec<_> = (0..5).map(|number| executor.submit(&SQUARE, &number).expect("open")).collect();
            executor.shutdown(wait, cancel);
            if wait {
                assert!(running_one.is_done() && queued.iter().all(Handle::is_done), "it waits");
            }
            assert_eq!(running_one.result().expect("what runs is not disturbed"), 30);
            for handle in queued {
                match handle.result() {
                    Ok(_) => assert!(!cancel),
                    Err(error) => assert!(cancel && matches!(error, JobError::Cancelled { .. }), "{error}"),
                }
            }
        }
    });
}

#[test]
fn dropping_cancels_what_is_queued_and_what_runs() {
    within(LIMIT, || {
        let executor = executor(2);
        let handles: Vec<_> = (0..5).map(|_| executor.submit(&SLEEP, &FOREVER).expect("open")).collect();
        running(&handles[0]);
        let workers = executor.workers();
        assert_eq!(workers.len(), 2);
        drop(executor);
        for handle in handles {
            assert!(matches!(handle.result(), Err(JobError::Cancelled { .. })));
        }
        assert!(!workers.into_iter().any(demos::executor::exists));
    });
}

/// Linux kills a process when the thread ends that started it. Version 1 dies of that, the executor does not.
#[cfg(target_os = "linux")]
#[test]
fn a_pool_made_in_a_thread_that_ends() {
    within(LIMIT, || {
        let first = thread::spawn(|| {
            let mut pool = one_at_a_time::Pool::new(&program(), 1).expect("a worker starts");
            pool.map(&SQUARE, &[3]).expect("it lives"); // it has come so far that it has asked for the signal
            pool
        });
        let mut first = first.join().expect("it only starts a pool");
        // The signal comes when the thread is gone, a moment after it can be joined.
        let error = loop {
            if let Err(error) = first.map(&SQUARE, &[3]) {
                break error;
            }
        };
        assert!(matches!(error, JobError::WorkerDied { .. }), "{error}");
        let third = thread::spawn(|| executor(1)).join().expect("it only starts an executor");
        let pid = third.submit(&PID, &()).expect("open").result().expect("it lives");
        thread::sleep(Duration::from_millis(20)); // nothing to wait for: what must not happen has had its chance
        assert_eq!(third.submit(&PID, &()).expect("open").result().expect("it lives"), pid);
    });
}

/// The workers compute and never look at their connection. They hold the pipe; it ends when the last of them has.
#[cfg(unix)]
#[test]
fn killed_the_owner_of_a_pool_leaves_no_worker() {
    use std::io::Read;
    use std::process::{Command, Stdio};

    use lesson02_multiprocessing::roles;
    within(LIMIT, || {
        let mut owner = Command::new(env!("CARGO_BIN_EXE_lesson02-multiprocessing"))
            .args([roles::ARGUMENT, "pool"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut output = owner.stdout.take().expect("piped");
        output.read_exact(&mut [0; 10]).expect("it says that they compute");
        owner.kill().expect("it lives");
        owner.wait().expect("it ends");
        output.read_to_end(&mut Vec::new()).expect("the pipe ends");
    });
}

/// The same without a signal: the connection is closed, the parent lives, the worker computes.
#[cfg(unix)]
#[test]
fn a_worker_in_the_middle_of_a_job_sees_its_connection_end() {
    use lesson02_multiprocessing::pool::job::Request;
    within(LIMIT, || {
        let (mut process, mut connection) = program().start().expect("it starts");
        let mut body = Vec::new();
        lesson02_multiprocessing::pool::job::add_argument(&u64::MAX, &mut body).expect("a number");
        connection.send(&Request { number: 1, job: COMPUTE.name, count: 1 }, &body).expect("it lives");
        connection.flush().expect("it lives");
        assert!(process.ended().is_none());
        drop(connection);
        assert_eq!(process.end(LIMIT).expect("it is our child").code(), Some(0));
    });
}

/// A worker does not give its connection to what its jobs start, nor do they read from it.
#[cfg(target_os = "linux")]
#[test]
fn a_workers_standard_input_is_empty() {
    within(LIMIT, || {
        let executor = executor(1);
        let pid = executor.submit(&PID, &()).expect("open").result().expect("it lives");
        assert_eq!(std::fs::read_link(format!("/proc/{pid}/fd/0")).expect("it lives").to_str(), Some("/dev/null"));
        // Its own connection is for itself, and it has got none of ours: those have another end, in this process.
        let socket = |process: &str, number: &str| {
            let target = std::fs::read_link(format!("/proc/{process}/fd/{number}")).ok()?;
            target.to_str().filter(|target| target.starts_with("socket:")).map(str::to_owned)
        };
        let numbers = |process: &str| {
            let entries = std::fs::read_dir(format!("/proc/{process}/fd")).expect("it lives").flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        let worker = pid.to_string();
        let ours: BTreeSet<String> = numbers("self").iter().filter_map(|number| socket("self", number)).collect();
        let theirs: Vec<_> = numbers(&worker)
            .into_iter()
            .filter(|number| socket(&worker, number).is_some_and(|target| !ours.contains(&target)))
            .collect();
        assert!(!theirs.is_empty(), "it has a connection");
        for number in theirs {
            let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{number}")).expect("it lives");
            let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).expect("it has flags").trim();
            let close_on_exec = i64::from_str_radix(flags, 8).expect("an octal number") & 0o2_000_000 != 0;
            assert!(close_on_exec, "{number} would be inherited");
        }
    });
}

#[test]
fn what_is_no_worker_is_an_error_and_not_a_hang() {
    within(LIMIT, || {
        let absent = Executor::start(Options::new(Program::at("/no/such/program"), 2));
        assert_eq!(absent.expect_err("there is none").kind(), std::io::ErrorKind::NotFound);
        for (workers, in_flight) in [(0, 1), (1, 0)] {
            let none = Executor::start(Options { in_flight, ..Options::new(program(), workers) });
            assert_eq!(none.expect_err("nobody would answer").kind(), std::io::ErrorKind::InvalidInput);
        }
        if cfg!(unix) {
            // It ends at once, whatever it is told.
            let executor = Executor::start(Options::new(Program::at("/bin/sh").silent(), 1)).expect("it starts");
            let error = executor.submit(&SQUARE, &1).expect("open").result().expect_err("it is no worker");
            assert!(matches!(error, JobError::WorkerDied { .. }), "{error}");
        }
    });
}

/// A program that talks nonsense and then stays: nobody waits for it, and it is killed.
#[cfg(unix)]
#[test]
fn nonsense_from_a_worker_is_an_error_and_its_end() {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    within(LIMIT, || {
        let scratch = common::Scratch::new().expect("a folder");
        let script = scratch.path().join("nonsense");
        let mut file = std::fs::File::create(&script).expect("a file");
        // Standard input is a socket: it can be written to.
        file.write_all(b"#!/bin/sh\nread -r request; echo 'this is not a frame' >&0; exec sleep 1000\n")
            .expect("it is short");
        file.set_permissions(std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        drop(file);
        let executor = loop {
            match Executor::start(Options::new(Program::at(&script), 1)) {
                Ok(executor) => break executor,
                // A process that another test starts at this moment has the file open for writing, until it executes.
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ExecutableFileBusy, "{error}"),
            }
        };
        // The newline is what the script waits for.
        let newline: Job<String, u64> = Job::new("square", |_| 0);
        let error = executor.submit(&newline, &"\n".to_owned()).expect("open").result().expect_err("it is nonsense");
        assert!(matches!(error, JobError::Protocol { .. }), "{error}");
    });
}

#[test]
fn what_the_worker_does_not_know_or_cannot_read_is_an_error() {
    within(LIMIT, || {
        let executor = executor(1);
        let unknown: Job<u64, u64> = Job::new("no-such-job", |number| number);
        let error = executor.submit(&unknown, &1).expect("open").result().expect_err("nobody knows it");
        assert!(matches!(error, JobError::Failed { failure: Failure::Unknown, .. }), "{error}");
        let wrong_argument: Job<(), u64> = Job::new("square", |()| 0);
        let error = executor.submit(&wrong_argument, &()).expect("open").result().expect_err("no number");
        assert!(matches!(error, JobError::Failed { failure: Failure::NotCarried(_), .. }), "{error}");
        let wrong_result: Job<u64, String> = Job::new("square", |_| String::new());
        let error = executor.submit(&wrong_result, &300).expect("open").result().expect_err("no text");
        assert!(matches!(error, JobError::Failed { failure: Failure::NotCarried(_), .. }), "{error}");
        assert_eq!(executor.submit(&SQUARE, &3).expect("open").result().expect("it lives on"), 9);
    });
}

#[test]
fn shared_memory_is_seen_and_a_new_arena_is_not_taken_for_an_old_one() {
    within(LIMIT, || {
        let executor = executor(1);
        let (_, same) = demos::shared_memory::measure(&program(), &[4096, 100_000], 2).expect("it runs");
        assert!(same);
        // Each is dropped before the next: its descriptor's number, and so its path, comes again.
        for number in 0..10_u8 {
            let mut arena = Arena::new(8192).expect("memory");
            arena.bytes().fill(number);
            let seen = executor.submit(&LOOK_SHARED, &(arena.name().clone(), 8192)).expect("open").result();
            assert_eq!(seen.expect("it is there"), look(&[number; 8192]));
        }
        let arena = Arena::new(4096).expect("memory");
        let beyond = executor.submit(&LOOK_SHARED, &(arena.name().clone(), 4_000_000)).expect("open").result();
        assert!(matches!(beyond, Err(JobError::Failed { .. })), "a length beyond the mapping");
    });
}

#[test]
fn many_threads_submit_to_one_executor() {
    within(LIMIT, || {
        let executor = Executor::start(Options { in_flight: 4, ..Options::new(program(), 2) }).expect("workers start");
        let (executor, (done, results)) = (&executor, mpsc::channel());
        thread::scope(|scope| {
            for thread in 0..8_u64 {
                let done = done.clone();
                scope.spawn(move || {
                    for number in thread * 100..thread * 100 + 100 {
                        let square = executor.submit(&SQUARE, &number).expect("open").result().expect("fine");
                        done.send(square == number * number).expect("somebody counts");
                    }
                });
            }
        });
        drop(done);
        assert_eq!(results.into_iter().filter(|&right| right).count(), 800);
    });
}
