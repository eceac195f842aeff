//! Work that keeps a core busy, on a few threads of its own: images and PDF.
//!
//! On the runtime's threads it would hold up every other request, and `spawn_blocking` would start hundreds of threads,
//! each with a decoded image in memory.

mod bounded;
pub mod thumbnail;

pub use bounded::{Bounded, Refused};
