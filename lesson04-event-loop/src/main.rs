//! Lesson 04, the event loop: `cargo run -p lesson04-event-loop -- --help`.

use std::process::ExitCode;

use common::{Lesson, lesson};
use lesson04_event_loop::{demos, load};

const LESSON: Lesson = lesson! {
    title: "The event loop",
    demos: [
        versions,                 // from one future to ten thousand connections, in five steps
        one_turn,                 // what the loop does between two sleeps
        run_until_complete,       // who runs the loop, and when it ends
        get_event_loop,           // which loop is mine
        call_later,               // a thousand timers: in order, and how late
        run_in_executor,          // what blocks goes to a thread
        ten_thousand_connections, // on one thread
        blocked,                  // what happens to all when one does not give way
    ],
    exercises: [yield_now, timer_heap, oneshot, event],
    next: "cargo run -p lesson05-race-conditions",
};

fn main() -> ExitCode {
    // `ten-thousand-connections` starts this program once more, as its client.
    load::client().unwrap_or_else(|| common::run(&LESSON))
}

#[test]
fn the_lesson_is_whole() {
    assert_eq!(LESSON.gaps(), [""; 0]);
}
