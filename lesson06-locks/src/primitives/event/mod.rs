//! A flag to wait for: Python's `threading.Event`.

mod flag;
mod generations;

pub use flag::Flag;
pub use generations::Event;

use super::{Deadline, futex, hint, sync};
