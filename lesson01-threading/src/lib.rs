//! Lesson 01: threads.
//!
//! A thread is a second place in your program where things happen. It is cheap to start, it shares everything, and
//! both facts are the trouble: two threads that touch one counter lose updates, and a thread that nobody waits for
//! is cut off in the middle of its work. Python keeps a lock around its interpreter, which makes threads useless
//! for computing and hides some of the trouble by accident. Rust has no such lock. It has two traits, `Send` and
//! `Sync`, and a compiler that reads them: the puzzle that opens this lesson does not compile.
//!
//! The puzzle as the student would write it is refused with E0499, two mutable borrows at once:
#![doc = concat!("```compile_fail,E0499\n", include_str!("../refused/as_written.rs"), "```")]
//!
//! Its twin with one thread less compiles, so it is the second thread that the compiler objects to:
#![doc = concat!("```\n", include_str!("../refused/twin.rs"), "```")]

// What takes `sync` and `thread` from here is compiled twice: now against the standard library, and in `tests/` against
// a library of the same names that runs other schedules than the one that happens to come.
use std::{sync, thread};

pub mod copying;
pub mod counter;
pub mod crowd;
pub mod demos;
pub mod downloader;
pub mod exercises;
pub mod interpreter;
pub mod parking;
pub mod solutions;
