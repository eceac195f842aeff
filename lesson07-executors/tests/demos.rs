//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use common::student;
use common::{every_proof_holds, within};
use lesson07_executors::contest::jobs::Job;
use lesson07_executors::contest::readme::Row;
use lesson07_executors::demos::{as_completed, cancellation, run_in_executor, submit, timeout};
use lesson07_executors::pool::condvar_queue::CondvarQueue;
use lesson07_executors::pool::{Cancel, Executor, JobError, ThreadPool};

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(env!("CARGO_BIN_EXE_lesson07-executors"), arguments)
}

every_proof_holds! {
    "lesson07-executors":
    submit, as_completed, timeout, cancellation, idle_policy, run_in_executor, decision_table,
}

#[test]
fn a_waiting_worker_deadlocks_by_name_or_helps() {
    within(Duration::from_secs(60), || {
        for _ in 0..20 {
            let pool = Arc::new(CondvarQueue::new(2).expect("it starts"));
            let inner = Arc::clone(&pool);
            let nested = pool.submit(move || submit::nested(&inner, 20)).expect("it is open").result();
            assert_eq!(nested, Ok(Err(JobError::WouldDeadlock)));
            let pool = Arc::new(ThreadPool::new(1).expect("it starts"));
            let inner = Arc::clone(&pool);
            let nested = pool.submit(move || submit::nested(&inner, 20)).expect("it is open").result();
            assert_eq!(nested, Ok(Ok(20)));
        }
    });
}

#[test]
fn what_is_forced_shows_every_time() {
    within(Duration::from_secs(120), || {
        let (pool, three) = (ThreadPool::new(1).expect("it starts"), ThreadPool::new(3).expect("it starts"));
        for _ in 0..20 {
            assert_eq!(timeout::outlasts_its_waiter(&pool), Ok((true, true)));
            assert_eq!(as_completed::told_to_end_backwards(&three), Ok(true));
            assert_eq!(cancellation::end(false).expect("it starts"), (10, 0));
            assert_eq!(cancellation::end(true).expect("it starts"), (0, 10));
            let looks = cancellation::cancel_one_that_looks().expect("it starts");
            assert_eq!(looks, (Cancel::Asked, Ok("stopped half way")));
        }
    });
}

#[test]
fn the_loop_runs_while_another_blocks() {
    within(Duration::from_secs(60), || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("it starts");
        assert_eq!(runtime.block_on(run_in_executor::the_loop_runs_on()).expect("no panic"), 20);
        // A panic on rayon is an error here, not a task that waits for ever.
        let failed = runtime
            .block_on(run_in_executor::on_a_bounded_pool(&ThreadPool::new(1).expect("it starts"), || -> u32 {
                std::panic::resume_unwind(Box::new("in the pool"))
            }));
        assert!(failed.is_err());
    });
}

#[test]
fn a_job_is_the_same_on_the_other_side_of_a_pipe() {
    let jobs = [
        Job::Fetch("http://127.0.0.1:1/a b".to_owned()),
        Job::Read("/tmp/a file".into()),
        Job::Compute(7),
        Job::FetchAndCompute("http://127.0.0.1:1/".to_owned(), 7),
        Job::Call(Duration::from_micros(5)),
    ];
    for job in jobs {
        assert_eq!(Job::parse(&job.to_string()).expect("it was just written"), job);
    }
    for wrong in ["", "fetch", "compute x", "sing 3", "both 3", "call -1"] {
        assert!(Job::parse(wrong).is_err(), "{wrong:?} is no job");
    }
}

#[test]
fn a_worker_process_serves_and_ends_with_its_input() {
    use std::io::Write;
    let mut command = lesson(&[]);
    command.env("LESSON07_WORKER", "1").stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    writeln!(input, "compute 10\nnonsense\nread /no/such/file").expect("it listens");
    drop(input);
    let output = within(Duration::from_secs(60), move || child.wait_with_output().expect("it ends"));
    let lines: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!((lines.len(), lines[0].as_str(), output.status.code()), (3, "1", Some(0)));
    assert!(lines[1].starts_with("error: ") && lines[2].starts_with("error: cannot read"), "{lines:?}");
}

#[test]
fn the_readme_has_every_row() {
    for row in [Row::Requests, Row::Files, Row::Computing, Row::FetchThenCompute, Row::Connections, Row::Synchronous] {
        let words = row.words().unwrap_or_else(|| panic!("the root README has no row for {row:?} any more"));
        assert!(!words.1.is_empty() && !row.says().is_empty(), "{words:?}");
    }
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    student::mistakes_are_told(
        lesson,
        &[("submt", "submit"), ("--run", "usage: cargo run -p lesson07-executors"), ("99", "timeout")],
    );
}

#[test]
fn json_has_every_claim() {
    student::json_has(lesson(&["timeout", "--json"]), &["\"kind\": \"prove\"", "\"kind\": \"timeline\""]);
}

#[test]
fn no_python_is_one_line() {
    student::no_python_is_one_line(lesson(&["cancellation", "--python"]));
}
