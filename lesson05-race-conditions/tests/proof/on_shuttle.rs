//! The programs, compiled against shuttle: every schedule, sequentially consistent.

use super::recording::{fs, sync, thread};

#[path = "../../src/programs/mod.rs"]
pub mod programs;
