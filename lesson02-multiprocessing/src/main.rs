//! Lesson 02, processes: `cargo run -p lesson02-multiprocessing -- --help`.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson02_multiprocessing::{child, demos};

const LESSON: Lesson = lesson! {
    title: "Processes",
    demos: [
        process,          // from birth to burial
        isolation,        // what a bug takes down
        pool,             // frames, in flight, chunks
        executor,         // each job ends once
        true_parallelism, // what processes are for, and what they cost
        shared_memory,    // arguments that are not copied
    ],
    exercises: [frames, reap, ordered_map, supervisor],
    next: "cargo run -p lesson03-asyncio",
};

fn main() -> ExitCode {
    child().unwrap_or_else(|| common::run(&LESSON))
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
