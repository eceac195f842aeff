//! Lesson 05: race conditions.
//!
//! A race condition is a program whose outcome depends on who comes first. Running it tells you little: the schedule that
//! breaks it may come once in a million runs here, in every run there, and in no run at all while you watch. So this
//! lesson does not run and hope. It *forces* the bad schedule, it *counts* all schedules there are ([`explorer`]), and it
//! proves the repair in every one of them. Then it runs the program for real, and compares.
//!
//! A race condition is not a data race. A data race is two threads at one plain variable, one of them writing, and nothing
//! between them: undefined behaviour, which safe Rust refuses to compile. Everything else in here compiles.

// What takes `fs`, `sync` and `thread` from here is compiled again in `tests/`, against libraries of the same names that run
// other schedules than the one that happens to come.
use std::{fs, sync, thread};

pub mod demos;
pub mod exercises;
pub mod explorer;
pub mod luck;
pub mod models;
pub mod optimiser;
pub mod pair;
pub mod play;
pub mod programs;
pub mod refusals;
pub mod show;
pub mod solutions;
