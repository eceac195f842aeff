//! Lesson 05, race conditions: `cargo run -p lesson05-race-conditions -- --help`.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson05_race_conditions::demos;

const LESSON: Lesson = lesson! {
    title: "Race conditions",
    demos: [
        lost_update,     // load, add, store: three steps where one was meant
        check_then_act,  // locked, and overdrawn all the same
        toctou,          // the same between a program and its files
        publication,     // a flag that comes before its data: the optimiser's doing
        store_buffering, // two loads that come before two stores: the processor's doing
        lazy_init,       // made twice
        aba,             // changed, and changed back
        prevention,      // five ways out, and what they cost
        refused,         // what the compiler sees of all this
        play,            // be the scheduler yourself
    ],
    exercises: [least_total, ticket_office, once_cell, bank_transfer, mailbox],
    next: "cargo run -p lesson06-locks",
};

fn main() -> ExitCode {
    common::run(&LESSON)
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
