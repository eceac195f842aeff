//! The five steps where a thread pool goes wrong, each alone in a file: who runs a job, who sleeps, who waits for a frame
//! of the stack, who waits for the next of several jobs, and how many workers wait for each other.
//!
//! They take `sync`, `thread` and the cell from `super`. Here these are the standard library's; in `tests/proof` the
//! same files are compiled against two libraries that run every schedule.

use super::floor::cell;
use super::{hint, sync, thread};

pub mod arrivals;
pub mod blocked;
pub mod completion;
pub mod latch;
pub mod sleep;
