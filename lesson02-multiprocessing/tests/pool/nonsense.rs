//! Workers and jobs that are not what they should be.

use super::*;

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

/// What becomes of a job whose worker reads a line, answers with these bytes, and stays. Nobody waits for it, and it is killed.
#[cfg(unix)]
fn answered_with(answer: &[u8]) -> JobError {
    use std::os::unix::fs::PermissionsExt;
    let scratch = common::Scratch::new().expect("a folder");
    let (script, file) = (scratch.path().join("worker"), scratch.path().join("answer"));
    std::fs::write(&file, answer).expect("a file");
    // Standard input is a socket: it can be written to.
    let program = format!("#!/bin/sh\nread -r request; cat '{}' >&0; exec sleep 1000\n", file.display());
    std::fs::write(&script, program).expect("a file");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let executor = loop {
        match Executor::start(Options::new(Program::at(&script), 1)) {
            Ok(executor) => break executor,
            // A process that another test starts at this moment has the file open for writing, until it executes.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ExecutableFileBusy, "{error}"),
        }
    };
    // The newline is what the script waits for.
    let newline: Job<String, u64> = Job::new("square", |_| 0);
    executor.submit(&newline, &"\n".to_owned()).expect("open").result().expect_err("it is nonsense")
}

#[cfg(unix)]
#[test]
fn nonsense_from_a_worker_is_an_error_and_its_end() {
    use lesson02_multiprocessing::pool::frames;
    use lesson02_multiprocessing::pool::job::Answer;
    within(LIMIT, || {
        let no_frame = answered_with(b"this is not a frame\n");
        assert!(matches!(no_frame, JobError::Protocol { .. }), "{no_frame}");
        let mut to_another_job = Vec::new();
        frames::open(&Answer { number: 7, outcome: Ok(()) }, 0, &mut to_another_job).expect("it is short");
        let error = answered_with(&to_another_job);
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
