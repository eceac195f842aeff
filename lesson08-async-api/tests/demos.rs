//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at. And what the
//! demos are made of, asked directly.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::student::{self, run};
use common::{every_proof_holds, within};
use lesson08_async_api::cpu::forced;
use lesson08_async_api::demos;

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(env!("CARGO_BIN_EXE_lesson08-async-api"), arguments)
}

every_proof_holds! {
    "lesson08-async-api":
    service, pool, background_tasks, off_the_loop, shutdown, load,
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> T {
    demos::two_workers().expect("a runtime").block_on(work).expect("it works")
}

#[test]
fn by_hand_a_pool_loses_all_and_guarded_none() {
    assert_eq!(demos::pool::left_after_cancelling(), (0, 16));
    assert!(demos::pool::told_in_time().expect("a runtime"));
}

#[test]
fn orders_beyond_the_bound_are_refused_and_failures_stay_alone() {
    use demos::background_tasks::{ORDERS, PLACES, routes};
    use lesson08_async_api::background::ends::at_the_end;
    use lesson08_async_api::background::shop::{after_hanging_up, failures, orders};
    let (accepted, refused, counts) = block_on(orders(routes, PLACES, ORDERS));
    assert_eq!((accepted, refused, counts.done), (PLACES, ORDERS - PLACES, PLACES as u64));
    assert_eq!(block_on(failures(routes)).0.len(), 2);
    assert_eq!([block_on(after_hanging_up(routes, "/detached")), block_on(after_hanging_up(routes, "/bound"))], [1, 0]);
    let (counts, after) = at_the_end().expect("a runtime");
    assert_eq!((counts.done, counts.cancelled, after), (1, 1, Duration::from_secs(5)));
}

#[test]
fn a_closed_loop_meets_the_stall_once_and_an_open_one_in_proportion() {
    let [closed, open] = demos::load::on_paper().expect("a runtime");
    assert_eq!((closed.len(), demos::load::hit(&closed)), (800, 1), "800 ms of answers, and one of 201 ms");
    assert_eq!(
        (open.len(), demos::load::hit(&open)),
        (200, 36),
        "40 were due while it stood still, 4 of them at its end"
    );
}

#[test]
fn jobs_wait_as_bytes_and_not_as_pictures() {
    assert_eq!(block_on(forced::begun_at_once(32, 2, 4)), [32, 2, 26]);
    assert_eq!(block_on(forced::worked_for_nobody()), 0);
}

#[test]
fn serve_is_up_until_it_is_told_to_stop() {
    let mut child = lesson(&["serve", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut address = String::new();
    output.read_line(&mut address).expect("it says where it listens");
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    let client = lesson08_async_api::client::Client::new(address.trim()).expect("a client");
    assert_eq!(block_on(async { Ok(client.get("/health").await?.body) }), "alive");
    child.kill().expect("it was there");
    child.wait().expect("it ends");
}

#[test]
fn serve_says_what_stands_in_its_way() {
    for (words, status, complaint) in [
        (&["serve", "here"][..], 2, "usage: cargo run -p lesson08-async-api -- serve"),
        (&["serve", "127.0.0.1:0", "/no/such/folder/notes.db"], 1, "/no/such/folder/notes.db"),
    ] {
        let mut command = lesson(words);
        command.env_remove("DATABASE_URL");
        let printed = run(command);
        assert_eq!(printed.status, Some(status), "{}", printed.errors);
        assert!(printed.errors.contains(complaint), "{}", printed.errors);
    }
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    student::mistakes_are_told(
        lesson,
        &[("servce", "service"), ("--run", "usage: cargo run -p lesson08-async-api"), ("99", "pool")],
    );
}

#[test]
fn json_has_every_claim() {
    student::json_has(lesson(&["load", "--json"]), &["\"kind\": \"prove\"", "\"kind\": \"lines\""]);
}

#[test]
fn no_python_is_one_line() {
    student::no_python_is_one_line(lesson(&["service", "--python"]));
}

#[test]
fn a_reader_that_leaves_in_the_middle_ends_it_quietly() {
    let mut child = lesson(&["load"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdout = child.stdout.take().expect("piped");
    stdout.read_exact(&mut [0; 1]).expect("it prints something");
    drop(stdout);
    let mut complaint = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut complaint).expect("it can be read");
    let status = within(Duration::from_secs(60), move || child.wait().expect("it ends"));
    assert!(status.success() && complaint.is_empty(), "{status}: {complaint}");
}
