//! The tables and pictures of the demos, each under its demo's name.

pub mod load;
pub mod off_the_loop;
pub mod pool;
