//! Lesson 07: executors.
//!
//! An executor is a queue, some workers and a promise: `submit` gives back a handle, and the handle will tell. What is
//! inside decides how much that costs: who meets whom at which lock, who sleeps and who is woken, where a job lies. This
//! lesson builds one in four versions and measures what each step is worth; shows what a time-out and a cancellation do
//! and what they cannot do; takes blocking work off an event loop; and at the end lets the models of this course compete, row
//! by row, against the table in the root README.

// What takes these from `super` is compiled three times: now against the standard library, and in `tests/proof`
// against two libraries that run every schedule instead of the one that happens to come.
use std::{hint, sync, thread};

pub mod contest;
pub mod demos;
pub mod exercises;
pub mod floor;
pub mod pool;
pub mod solutions;
