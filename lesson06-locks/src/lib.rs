//! Lesson 06: locks.
//!
//! A lock is one word of memory and a promise. Everything else, who waits and how, who goes first, what happens when
//! nobody comes, is a choice, and each primitive in this lesson is such a choice made by hand: built in small
//! versions from an atomic and a futex, compared with Python's and the library's, and proved by running all schedules
//! that two or three threads can have. What locks cannot do is shown as well: they do not stop two threads from
//! waiting for each other for ever.

// What takes these from `super` is compiled three times: now against the standard library, and in `tests/proof`
// against two libraries that run every schedule instead of the one that happens to come.
use std::{hint, sync, thread};

pub mod costs;
pub mod demos;
pub mod detector;
pub mod dining;
pub mod exercises;
pub mod floor;
pub mod primitives;
pub mod schedules;
pub mod solutions;
