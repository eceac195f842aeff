//! The loop's own source files, compiled against two libraries that run schedules one after the other.
//!
//! shuttle runs every interleaving, a loop that goes to sleep included, and finds a wake-up that is lost as a deadlock. It knows no weak memory.
//! loom knows it, finds a missing Acquire or Release, and an access to the future from two threads at once.
//!
//! Compiled so are `state.rs`, `task.rs`, `inbox.rs` and `mailbox.rs`: all that threads share, and how the loop falls asleep. The
//! system's poller and eventfd are a flag and a condition variable there. What is not covered: that the system keeps what
//! mio promises, and more threads than stated at each test.

#![allow(clippy::duplicate_mod, dead_code, missing_docs, unsafe_code)]

mod on_loom;
mod on_shuttle;
