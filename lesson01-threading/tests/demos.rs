//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::student::{self, run};
use common::{every_proof_holds, within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lesson01-threading");

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(PROGRAM, arguments)
}

every_proof_holds!("lesson01-threading": opening_puzzle, lifecycle, daemon, gil, switch_points, downloader);

#[test]
fn the_puzzle_as_written_is_refused_and_its_twin_is_not() {
    let refused = common::compiler::refusals(include_str!("../refused/as_written.rs")).expect("there is a rustc");
    let codes: Vec<&str> = refused.iter().map(|refusal| refusal.code.as_str()).collect();
    assert_eq!(codes, ["E0499"]);
    assert_eq!(common::compiler::refusals(include_str!("../refused/twin.rs")).expect("there is a rustc"), []);
}

#[test]
fn the_forced_schedule_always_loses() {
    for _ in 0..100 {
        assert_eq!(lesson01_threading::demos::opening_puzzle::forced(), 1);
    }
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    let output = run(lesson(&["downloader", "ftp://example.org"]));
    assert_eq!(output.status, Some(2));
    assert!(output.errors.contains("`ftp://example.org` is no http"), "{}", output.errors);
    student::mistakes_are_told(
        lesson,
        &[("opening", "opening-puzzle"), ("--run", "usage: cargo run -p lesson01-threading"), ("99", "daemon")],
    );
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let mut child = lesson(&["list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let mut complaint = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut complaint).expect("it can be read");
    let status = within(Duration::from_secs(60), move || child.wait().expect("it ends"));
    assert!(status.success() && complaint.is_empty(), "{status}: {complaint}");
}

/// The pipe closes while a demo is under way: its destructors run, nothing is said, and nobody panics.
#[test]
fn a_reader_that_leaves_in_the_middle_ends_it_quietly() {
    let mut child = lesson(&["daemon"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut first = [0; 1];
    let mut stdout = child.stdout.take().expect("piped");
    stdout.read_exact(&mut first).expect("it prints something");
    drop(stdout);
    let mut complaint = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut complaint).expect("it can be read");
    let status = within(Duration::from_secs(60), move || child.wait().expect("it ends"));
    assert!(status.success() && complaint.is_empty(), "{status}: {complaint}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_message() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let mut command = lesson(&["list"]);
    command.stdout(full);
    let output = run(command);
    assert_eq!(output.status, Some(1));
    assert!(output.errors.starts_with("error: cannot write the output"), "{}", output.errors);
}

#[test]
fn no_python_is_one_line() {
    student::no_python_is_one_line(lesson(&["opening-puzzle", "--python"]));
}

#[test]
fn a_download_that_fails_is_named_and_status_1() {
    let site = common::site::Site::empty().start().expect("a port is free");
    let (here, gone) = (site.url("/here"), site.url("/gone"));
    drop(site);
    let scratch = common::Scratch::new().expect("a folder can be made");
    let to = scratch.path().to_string_lossy().into_owned();
    let output = run(lesson(&["downloader", &here, &gone, "--to", &to]));
    let printed = output.output;
    assert_eq!(output.status, Some(1), "{printed}");
    assert!(printed.contains("2 of 2 downloads failed") && printed.contains(&gone), "{printed}");
}

#[test]
fn json_has_every_claim() {
    student::json_has(lesson(&["daemon", "--json"]), &["\"kind\": \"prove\"", "\"verdict\": \"holds\""]);
}

#[test]
fn a_notebook_is_written_whole_or_not_at_all() {
    let scratch = common::Scratch::new().expect("a folder can be made");
    let file = scratch.path().join("lab.html");
    let output = run(lesson(&["daemon", "--html", &file.to_string_lossy()]));
    assert!(output.status == Some(0));
    let page = std::fs::read_to_string(&file).expect("the notebook is there");
    assert!(page.contains("detached") && page.trim_end().ends_with("</html>"));
    let nowhere = scratch.path().join("no/such/folder/lab.html");
    let output = run(lesson(&["daemon", "--html", &nowhere.to_string_lossy()]));
    assert_eq!(output.status, Some(1));
    assert!(output.errors.contains("cannot write the notebook"), "{}", output.errors);
}
