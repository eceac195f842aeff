//! A pool: a few connections for many who need one for a moment.
//!
//! 1. [`one_by_hand`]: take one, give it back. Whoever is dropped in between takes it to the grave.
//! 2. [`two_guard`]: a guard gives it back when it is dropped, however that comes about; and nobody waits for ever.

pub mod one_by_hand;
pub mod two_guard;

pub use two_guard::{Guard, Pool, PoolError};
