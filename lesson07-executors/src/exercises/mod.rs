//! Yours to write: each body is a `todo!()`, each test waits in `tests/exercises.rs`.
//!
//! Use `sync` and `thread` as the files import them, from here and not from `std`: the grader compiles your file again
//! with its own, which run very many schedules and write down what each thread did. A wrong answer gets the schedule
//! that breaks it, a column a thread.

// At rest a body uses nothing that it is given; solved, it does.
#![allow(clippy::todo, dead_code, unused_imports, unused_variables)]

use super::{sync, thread};

pub mod as_completed;
pub mod bounded_pool;
pub mod first_failure;
pub mod map_isolated;
