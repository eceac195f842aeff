//! The primitives' own source files, compiled against two libraries that run schedules one after the other.
//!
//! shuttle runs every interleaving of two threads and finds what goes wrong between the steps: two holders, a lost
//! wake-up, a deadlock. It knows no weak memory. loom knows it, and finds a missing Acquire or Release. A third part,
//! `real.rs`, runs the library as it is on real threads for a fixed time.
//!
//! What is not covered: how long a time-out takes, and more threads than stated at each test.

#![allow(clippy::duplicate_mod, clippy::reversed_empty_ranges, dead_code, unused_imports, missing_docs)]

mod on_loom;
mod on_shuttle;
mod real;
