//! Yours to write: each body is a `todo!()`, each test waits in `tests/exercises.rs`.
//!
//! Use `sync` as the files import it, from here and not from `std`: the grader compiles your file again with a `sync` of its own,
//! which runs thousands of schedules, so that a wake-up which is lost in one of them is found.

// At rest a body uses nothing that it is given; solved, it does.
#![allow(clippy::todo, dead_code, unused_imports, unused_variables, unused_mut)]

use super::sync;

pub mod event;
pub mod oneshot;
pub mod timer_heap;
pub mod yield_now;
