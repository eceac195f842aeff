//! How a pool ends, and that it leaves nobody behind.

use super::*;

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
