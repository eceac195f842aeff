//! Lesson 07, executors: `cargo run -p lesson07-executors -- --help`.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson07_executors::contest::processes;
use lesson07_executors::demos;

const LESSON: Lesson = lesson! {
    title: "Executors",
    demos: [
        submit,          // a pool in four versions
        as_completed,    // results as they come
        timeout,         // who gives up, and who does not
        cancellation,    // queued, running, shut down
        idle_policy,     // what to do with nothing to do
        run_in_executor, // blocking work and an event loop
        decision_table,  // which model for which work
    ],
    exercises: [as_completed, map_isolated, first_failure, bounded_pool],
    next: "cargo run -p lesson08-async-api",
};

fn main() -> ExitCode {
    // This program is its own worker process: `decision-table` starts it again with a word in its environment.
    if let Some(status) = processes::serve_if_asked() {
        return status;
    }
    common::run(&LESSON)
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
