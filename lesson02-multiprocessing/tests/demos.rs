//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::student::{self, run};
use common::{every_proof_holds, within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lesson02-multiprocessing");

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(PROGRAM, arguments)
}

every_proof_holds! {
    "lesson02-multiprocessing": process, isolation, pool, executor, true_parallelism, shared_memory,
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    let mistakes =
        [("proces", "process"), ("--run", "usage: cargo run -p lesson02-multiprocessing"), ("99", "isolation")];
    for (mistake, help) in mistakes {
        let output = run(lesson(&[mistake]));
        let complaint = output.errors;
        assert_eq!(output.status, Some(2), "{mistake}");
        assert!(complaint.contains(mistake) && complaint.contains(help), "{complaint}");
    }
}

#[test]
fn json_has_every_claim_and_nothing_else() {
    // Workers have the lesson's standard output: none may write into it.
    let printed = run(lesson(&["isolation", "--json"])).output;
    assert!(printed.starts_with('{') && printed.trim_end().ends_with('}'), "{printed}");
    for field in ["\"schema\": \"concurrency-lab/1\"", "\"kind\": \"prove\"", "\"kind\": \"table\"", "\"passed\": true"]
    {
        assert!(printed.contains(field), "{field} is missing:\n{printed}");
    }
}

#[test]
fn no_python_is_one_line() {
    let mut command = lesson(&["pool", "--python"]);
    command.env("PYTHON", "no-such-python");
    let output = run(command);
    assert_eq!(output.status, Some(0));
    assert!(output.output.contains("there is no no-such-python here"), "{}", output.output);
}

/// The reader of the output leaves in the middle of a demo that has workers: they hold the pipe too, and go as well.
#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let mut child = lesson(&["executor"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut first = [0; 1];
    let mut stdout = child.stdout.take().expect("piped");
    stdout.read_exact(&mut first).expect("it prints something");
    drop(stdout);
    let (status, complaint) = within(Duration::from_secs(60), move || {
        let mut complaint = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut complaint).expect("it can be read");
        (child.wait().expect("it ends"), complaint)
    });
    assert!(status.success() && complaint.is_empty(), "{status}: {complaint}");
}

#[test]
fn what_is_no_worker_and_no_role_is_a_wrong_command_line() {
    for argument in ["--lesson02-role", "--lesson02-worke"] {
        assert_eq!(run(lesson(&[argument, "no-such-role"])).status, Some(2), "{argument}");
    }
}
