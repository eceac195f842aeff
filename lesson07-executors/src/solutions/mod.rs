//! One answer to each exercise; there are others.

use super::{sync, thread};

pub mod as_completed;
pub mod bounded_pool;
pub mod first_failure;
pub mod map_isolated;
