//! Yours to write: each body is a `todo!()`, each test waits in `tests/exercises.rs`.
//!
//! Use `thread` and `sync` as the files import them, from here and not from `std`: the grader compiles your file again
//! with a `thread` and a `sync` of its own, in which it runs every schedule and shows you the one that breaks your answer.

// At rest a body uses nothing that it is given; solved, it does.
#![allow(clippy::todo, dead_code, unused_imports, unused_variables)]

use super::{sync, thread};

pub mod bank_transfer;
pub mod least_total;
pub mod mailbox;
pub mod once_cell;
pub mod ticket_office;
