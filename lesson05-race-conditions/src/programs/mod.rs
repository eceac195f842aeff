//! The programs of this lesson, with their bugs and their repairs.
//!
//! They are compiled three times: here against the standard library, and in `tests/` against two libraries of the same
//! names. One of them, shuttle, runs every schedule; the other, loom, runs every value that a load may come back with.
//! Both want threads that own what they share, so there is an `Arc` where a scope would do.

use super::{fs, sync, thread};

pub mod account;
pub mod counter;
pub mod file;
pub mod lazy;
pub mod litmus;
pub mod stack;
pub mod ways_out;
