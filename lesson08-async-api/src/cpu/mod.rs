//! Work that keeps a core busy, kept off the runtime's threads: the work, and where it runs.

pub mod bounded;
pub mod forced;
pub mod thumbnail;

pub use bounded::{Bounded, NoAnswer};
