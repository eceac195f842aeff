//! Lesson 06, locks: `cargo run -p lesson06-locks -- --help`.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson06_locks::demos;

const LESSON: Lesson = lesson! {
    title: "Locks",
    demos: [
        lock,       // one word, three ways to wait
        rlock,      // a lock that its holder may take again
        rwlock,     // readers together, writers alone; who goes first
        semaphore,  // N at once
        event,      // wait until it has happened
        condition,  // wait until a value is as it should be
        barrier,    // all, or nobody
        once,       // the first one does it
        deadlock,   // two locks, two threads, no end
        priority,   // who is next
        contention, // what waiting costs
        choosing,   // what do you need?
    ],
    exercises: [semaphore, barrier, bounded_buffer, bank_transfer, once_cell, reader_writer],
    next: "cargo run -p lesson07-executors",
};

fn main() -> ExitCode {
    common::run(&LESSON)
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
