//! One answer to each exercise; there are others.

use super::{sync, thread};

pub mod bounded_downloader;
pub mod join_on_drop;
pub mod parallel_sum;
