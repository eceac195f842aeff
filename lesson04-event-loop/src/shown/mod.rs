//! The tables and pictures of the demos, each under its demo's name.

pub mod blocked;
pub mod one_turn;
pub mod versions;
