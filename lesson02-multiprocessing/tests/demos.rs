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
    student::mistakes_are_told(
        lesson,
        &[("proces", "process"), ("--run", "usage: cargo run -p lesson02-multiprocessing"), ("99", "isolation")],
    );
}

#[test]
fn json_has_every_claim_and_nothing_else() {
    // Workers have the lesson's standard output: none may write into it.
    let printed = student::json_has(lesson(&["isolation", "--json"]), &["\"kind\": \"prove\"", "\"kind\": \"table\""]);
    assert!(printed.starts_with('{') && printed.trim_end().ends_with('}'), "{printed}");
}

#[test]
fn no_python_is_one_line() {
    student::no_python_is_one_line(lesson(&["pool", "--python"]));
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
