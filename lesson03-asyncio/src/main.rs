//! Lesson 03, async/await: `cargo run -p lesson03-asyncio -- --help`.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson03_asyncio::{demos, heap};

// Counts what each thread allocates, so that "bytes a task" is a count and no guess.
#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

const LESSON: Lesson = lesson! {
    title: "async/await",
    demos: [
        coroutine,         // a future does nothing until it is polled
        gather,            // waiting for several, and what becomes of the rest when one fails
        create_task,       // a task runs by itself; who looks after it?
        cancellation,      // dropping is cancelling: at which points, and what is lost
        back_pressure,     // who makes the producer wait?
        blocking_the_loop, // one call that does not await stops them all
        hundred_thousand,  // what a task costs, and what many of them are good for
    ],
    exercises: [join2, deadline, line_reader, retry, map_bounded],
    next: "cargo run -p lesson04-event-loop",
};

fn main() -> ExitCode {
    common::run(&LESSON)
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
