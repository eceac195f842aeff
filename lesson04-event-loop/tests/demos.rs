//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at.

use std::process::Command;
use std::time::Duration;

use common::blocks::Stopwatch;
use common::student::{self, run};
use common::{every_proof_holds, within};
use lesson04_event_loop::demos;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lesson04-event-loop");

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(PROGRAM, arguments)
}

every_proof_holds! {
    "lesson04-event-loop":
    versions, one_turn, run_until_complete, get_event_loop, call_later, run_in_executor, ten_thousand_connections, blocked,
}

#[test]
fn the_forced_hazards_always_show() {
    within(Duration::from_secs(60), || {
        for _ in 0..5 {
            let (heard, _) = demos::run_in_executor::heard(Stopwatch::start()).expect("it runs");
            assert_eq!(heard, [0, 5], "in a task the heart stops, in the executor it beats");
            let (lags, blamed) = demos::blocked::lags(true).expect("it runs");
            assert!(lags.iter().filter(|&&lag| lag >= 0.048).count() >= 100, "everybody is late");
            assert!(blamed.iter().any(|slow| slow.name == "culprit"), "{blamed:?}");
            let line =
                include_str!("../src/demos/blocked.rs").lines().position(|line| line.contains("call_soon(culprit)"));
            assert!(blamed.iter().any(|slow| slow.created.line() as usize == line.unwrap_or(0) + 1), "{blamed:?}");
        }
    });
}

#[test]
fn the_repairs_never_fail() {
    within(Duration::from_secs(60), || {
        for seed in 1..=5 {
            assert_eq!(demos::versions::polls_to_wake_one(), 1);
            assert_eq!(demos::versions::naps(), [3, 6, 9]);
            let fired = demos::call_later::thousand(seed).expect("it runs");
            assert!(fired.is_sorted_by_key(|timer| (timer.deadline, timer.number)) && fired.len() == 1_000);
            assert_eq!(demos::call_later::cancelled().expect("it runs"), [500, 0, 0]);
        }
    });
}

#[test]
fn where_fewer_connections_are_allowed_the_demo_says_so() {
    #[cfg(unix)]
    {
        // The shell lowers the hard limit, which cannot be raised again.
        let mut command = Command::new("sh");
        let script = format!("ulimit -n 300 && exec {PROGRAM} ten-thousand-connections --plain");
        command.args(["-c", &script]).stdin(std::process::Stdio::null());
        let output = run(command);
        assert_eq!(output.status, Some(0), "{}{}", output.output, output.errors);
        let said = output.output.replace('\n', " ");
        assert!(said.contains("This process may open 236 connections, not 10000"), "{said}");
        assert!(said.contains("open 236"), "{said}");
    }
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    student::mistakes_are_told(
        lesson,
        &[("turn", "one-turn"), ("--run", "usage: cargo run -p lesson04-event-loop"), ("99", "blocked")],
    );
    let mut client = lesson(&[]);
    client.env("LESSON04_CLIENT", "nonsense");
    assert_eq!(run(client).status, Some(2), "the client's orders are not for people");
}

#[test]
fn a_client_without_a_server_says_so() {
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free");
    let mut client = lesson(&[]);
    client.env("LESSON04_CLIENT", format!("{nobody} 3 1 0"));
    let output = run(client);
    assert_eq!(output.status, Some(1));
    assert!(output.errors.starts_with("the client of 3 connections: "), "{}", output.errors);
}

#[test]
fn json_has_every_claim() {
    student::json_has(lesson(&["one-turn", "--json"]), &["\"kind\": \"prove\"", "\"kind\": \"timeline\""]);
}

#[test]
fn no_python_is_one_line() {
    student::no_python_is_one_line(lesson(&["call-later", "--python"]));
}
