//! Lesson 08, an async service: `cargo run -p lesson08-async-api -- --help`.
//!
//! `-- serve [ADDRESS [FILE [SECONDS]]]` starts the service and stays up until Ctrl-C.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson08_async_api::{demos, serve};

const LESSON: Lesson = lesson! {
    title: "An async service",
    demos: [
        service,          // a router, a state, a store; errors that say what is wrong
        pool,             // few connections for many: how many, and who waits
        background_tasks, // after the response, and who looks after it then
        off_the_loop,     // work that keeps a core busy, where the requests are not
        shutdown,         // the end, in order
        load,             // how slow is it, and who asks?
    ],
    exercises: [token_bucket, acquire_timeout, group_commit, idempotency],
    next: "cargo run -p lesson08-async-api -- exercises",
};

fn main() -> ExitCode {
    serve::asked_for(std::env::args().skip(1)).unwrap_or_else(|| common::run(&LESSON))
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
