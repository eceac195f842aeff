//! Lesson 01, threads: `cargo run -p lesson01-threading -- --help`.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson01_threading::demos;

const LESSON: Lesson = lesson! {
    title: "Threads",
    demos: [
        opening_puzzle, // two threads, one counter
        lifecycle,      // from spawn to join, and what a thread costs
        daemon,         // a thread that nobody waits for
        gil,            // an interpreter whose lock can be switched off
        switch_points,  // what that lock protects, and what it does not
        downloader,     // threads that wait together
    ],
    exercises: [parallel_sum, bounded_downloader, join_on_drop],
    next: "cargo run -p lesson02-multiprocessing",
};

fn main() -> ExitCode {
    common::run(&LESSON)
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
