//! The pool's own steps, compiled against two libraries that run schedules one after the other.
//!
//! `src/pool/steps` holds what is ours and goes wrong only sometimes: who runs a job, who sleeps, who waits for a frame
//! of the stack, who waits for the next of several jobs. shuttle runs every interleaving and finds a lost wake-up as a deadlock. loom knows weak memory and
//! finds a missing Release, Acquire or fence.
//!
//! What is not covered: crossbeam's deques, time-outs, and more threads than stated at each test. `tests/pool.rs` and
//! `tests/fork_join.rs` run the whole on real threads.

#![allow(clippy::duplicate_mod, dead_code, unused_imports, missing_docs)]

mod on_loom;
mod on_shuttle;
