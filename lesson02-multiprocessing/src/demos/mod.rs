//! The demos, in the order in which they are read.

pub mod executor;
pub mod isolation;
pub mod pool;
pub mod process;
pub mod shared_memory;
pub mod true_parallelism;
