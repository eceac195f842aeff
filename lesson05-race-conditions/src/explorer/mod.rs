//! Every schedule of a small program.
//!
//! Write each thread as a list of named steps over a shared state ([`Program`]), and ask:
//! - [`count`]: which endings are there, and how many schedules lead to each? Exact, however many they are.
//! - [`shortest`]: one schedule that leads to a given ending, in a column for each thread.
//! - [`every`]: all schedules, one by one, for programs that have few.
//!
//! Two things it does not say. A count of schedules is **not a probability**: a processor does not draw them from a
//! hat, and most of them never happen. And a step takes effect at once, for all threads: that is **sequential
//! consistency**, which no processor keeps. A program that keeps its values in a [`Memory`] with store buffers gets
//! what x86 does, and no more than that.

mod count;
mod every;
mod program;
mod schedule;
mod shortest;
mod store_buffer;

pub use count::{Counts, count, count_from, grouped};
pub use every::{Run, every};
pub use program::{Ending, MAX_THREADS, Point, Program, Step, Then};
pub use schedule::{Line, Schedule};
pub use shortest::{shortest, shortest_moves};
pub use store_buffer::Memory;
