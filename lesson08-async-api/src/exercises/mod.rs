//! Yours to write: each body is a `todo!()`, each test waits in `tests/exercises.rs`.
//!
//! The grader's clock is virtual, and it holds the gates that your code waits at: every run is the same.

// At rest a body uses nothing that it is given; solved, it does.
#![allow(clippy::todo, dead_code, unused_imports, unused_mut, unused_variables)]

pub mod acquire_timeout;
pub mod group_commit;
pub mod idempotency;
pub mod token_bucket;
