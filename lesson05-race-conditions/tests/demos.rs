//! The lesson as a student uses it: the program is run, and what it says and how it ends is looked at.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use common::student::{self, run};
use common::{every_proof_holds, within};
use lesson05_race_conditions::pair;
use lesson05_race_conditions::play::{Answer, LEVELS, answer};
use lesson05_race_conditions::programs::stack::Stack;
use lesson05_race_conditions::{demos, luck, refusals};

const LIMIT: Duration = Duration::from_secs(120);

fn lesson(arguments: &[&str]) -> Command {
    student::lesson(env!("CARGO_BIN_EXE_lesson05-race-conditions"), arguments)
}

/// Runs the lesson and types something.
fn run_typing(arguments: &[&str], typed: &'static str) -> String {
    let mut command = lesson(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = within(LIMIT, move || {
        let mut child = command.spawn().expect("the lesson starts");
        // It may end before it has read all of it; what counts is what it prints.
        let _ = child.stdin.take().expect("piped").write_all(typed.as_bytes());
        child.wait_with_output().expect("it ends")
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the lesson prints UTF-8")
}

every_proof_holds! {
    "lesson05-race-conditions":
    lost_update, check_then_act, toctou, publication, store_buffering, lazy_init, aba, prevention, refused, play,
}

#[test]
fn what_is_forced_happens_every_time() {
    for _ in 0..100 {
        let forced = within(LIMIT, || {
            let (nodes, owned) = demos::aba::forced(&Stack::bare(3));
            let twice = owned.is_some_and(|node| nodes.contains(&node));
            (demos::lost_update::forced(), demos::check_then_act::forced(), demos::lazy_init::forced(), twice)
        });
        assert_eq!(forced, (1, -100, 2, true));
        assert_eq!(demos::toctou::forced().expect("there is a folder for temporary files"), 2);
    }
}

/// The release store is the repair, in an optimised build too; what a relaxed one does is the machine's business.
#[test]
fn with_release_no_read_is_stale() {
    for reads in luck::publication::observed().expect("there is a rustc") {
        assert_eq!(reads.released.0, 0, "{reads:?}");
    }
}

#[test]
fn every_row_is_refused_with_its_code_and_its_twin_is_not() {
    for row in &refusals::REFUSED {
        let (as_expected, complaint) = refusals::judge(row).expect("there is a rustc");
        assert!(as_expected, "{}: {}\n{complaint}", row.code, row.why);
    }
    for row in &refusals::LET_THROUGH {
        assert_eq!(common::compiler::refusals(row.program).expect("there is a rustc"), [], "{}", row.why);
    }
}

#[test]
fn the_whole_lesson_asks_nobody_anything() {
    let output = run(lesson(&[]));
    assert!(output.status == Some(0), "{}{}", output.output, output.errors);
}

/// A busy machine cuts the trials short: both threads stop at the same one, and have done all before it.
#[test]
fn the_two_threads_of_a_pair_stop_together() {
    for millis in [0, 1] {
        let visited = within(LIMIT, move || {
            let place = || [AtomicUsize::new(0), AtomicUsize::new(0)];
            let visit = |side: usize| {
                move |place: &[AtomicUsize; 2]| {
                    std::thread::sleep(Duration::from_millis(millis));
                    place[side].fetch_add(1, Relaxed);
                }
            };
            pair::trials(20_000, place, visit(0), visit(1))
        });
        assert!(visited.iter().flatten().all(|visits| visits.load(Relaxed) == 1), "a trial was not run by both");
        assert!(!visited.is_empty() && (millis == 0 || visited.len() < 20_000));
    }
}

#[test]
fn every_level_has_a_solution_that_can_be_played_and_taken_back() {
    for level in &LEVELS {
        let mut board = (level.board)();
        let (start, solution) = ((board.choices(), board.schedule()), board.solution());
        assert!(!solution.is_empty(), "{}: nothing breaks it", level.name);
        let mut last = Answer::Quit;
        for mover in &solution {
            last = answer(board.as_mut(), &(mover + 1).to_string());
        }
        assert!(matches!(last, Answer::Won(_)), "{}: {last:?}", level.name);
        for _ in &solution {
            assert!(matches!(answer(board.as_mut(), "u"), Answer::Goes(_)), "{}", level.name);
        }
        assert!(!board.undo(), "{}: there is nothing left to take back", level.name);
        assert_eq!((board.choices(), board.schedule()), start, "{}", level.name);
    }
}

#[test]
fn a_level_is_won_from_a_pipe() {
    let printed = run_typing(&["play", "1"], "1 2\n1 2 1 2\nq\n");
    assert!(printed.contains("Broken: 18 of 20 schedules end like this."), "{printed}");
    assert!(printed.contains("Level 2, overdrawn"), "it goes on with the next level:\n{printed}");
}

#[test]
fn a_level_that_ends_well_can_be_taken_back() {
    let printed = run_typing(&["play", "3"], "1 1 1 1 2 2 2 2\n2\nu u u u u u u\n? 2\ns\n");
    for expected in
        ["It ended well; 2 of 6 schedules do not", "2 cannot move now", "Taken back", "Nobody can move. Broken"]
    {
        assert!(printed.contains(expected), "{expected} is missing:\n{printed}");
    }
}

#[test]
fn store_buffers_are_flushed_by_the_player() {
    let printed = run_typing(&["play", "5"], "1 1 2 2 1 2 3 4\n");
    assert!(printed.contains("Broken: 60 of 280 schedules end like this."), "{printed}");
}

#[test]
fn nonsense_and_an_early_end_are_no_accident() {
    let printed = run_typing(&["play", "2"], "0 9 x -1 u\n");
    assert!(printed.contains("9 cannot move now") && printed.contains("`x`?"), "{printed}");
    assert!(printed.contains("Nothing to take back"), "{printed}");
}

#[test]
fn a_level_that_is_not_there_is_a_message() {
    for level in ["0", "8", "x"] {
        let output = run(lesson(&["play", level]));
        assert_eq!(output.status, Some(2), "{level}");
        let printed = output.errors;
        assert!(printed.contains(&format!("there is no level `{level}`, only 1 to 7")), "{printed}");
    }
}

#[test]
fn without_a_compiler_the_verdict_is_cannot_tell() {
    for demo in ["lost-update", "publication", "refused"] {
        let mut command = lesson(&[demo]);
        command.env("RUSTC", "no-such-rustc");
        let output = run(command);
        assert!(output.status == Some(0), "{demo}: {}", output.output);
        assert!(output.output.contains("cannot tell"), "{demo}: {}", output.output);
    }
}

#[test]
fn no_python_is_one_line() {
    for demo in ["lost-update", "check-then-act", "toctou"] {
        student::no_python_is_one_line(lesson(&[demo, "--python", "--runs", "10"]));
    }
}

#[test]
fn a_wrong_command_line_is_status_2_and_says_the_right_one() {
    student::mistakes_are_told(
        lesson,
        &[("lost", "lost-update"), ("--run", "usage: cargo run -p lesson05-race-conditions")],
    );
}

#[test]
fn json_has_every_claim_and_every_schedule() {
    student::json_has(lesson(&["check-then-act", "--json"]), &["\"kind\": \"schedule\"", "\"verdict\": \"holds\""]);
}
