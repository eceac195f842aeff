//! Lesson 04: the event loop.
//!
//! `async` code needs somebody who polls it, and there is no magic in who does: a queue of tasks that are ready, a heap of
//! deadlines, a poller for sockets, and one rule, that a task is polled again only when somebody has woken it. This
//! lesson grows such a loop in five versions, each the smallest step that does what the last one could not, and ends
//! with one that has the names of Python's `asyncio` and holds ten thousand connections on one thread. What an event
//! loop cannot do is shown as well: it cannot take the core away from a task that does not give way.

// What takes this from `super` is compiled three times: now against the standard library, and in `tests/proof` against two
// libraries that run every schedule instead of the one that happens to come.
use std::sync;

pub mod demos;
pub mod event_loop;
pub mod exercises;
pub mod late;
pub mod load;
pub mod shown;
pub mod solutions;
pub mod versions;
