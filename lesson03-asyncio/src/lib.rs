//! Lesson 03: async/await.
//!
//! A future is a value: a state machine that does nothing until somebody polls it, and is over when somebody drops it.
//! Everything in this lesson follows from these two halves of one sentence. Because nothing runs by itself, waiting
//! for several futures is a matter of who polls them; a task is a future with a runtime to poll it. Because dropping
//! is all that cancelling is, a future can end at each of its `await`s and nowhere else, and what it kept in its local
//! variables ends with it. And because one thread polls many futures, one that does not return stops them all.
//!
//! The compiler knows the first half. A future that nobody polls is a warning, here made an error:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! async fn work() {}
//! async fn forgets() { work(); }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//! async fn work() {}
//! async fn remembers() { work().await }
//! ```

pub mod await_cost;
pub mod bank;
pub mod computing;
pub mod demos;
pub mod exercises;
pub mod frames;
pub mod group;
pub mod heap;
pub mod machine;
pub mod names;
pub mod polling;
pub mod service;
pub mod session;
pub mod shown;
pub mod sleepers;
pub mod solutions;
pub mod turns;
pub mod visits;
pub mod weights;
