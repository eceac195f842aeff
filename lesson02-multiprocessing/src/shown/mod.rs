//! How the demos say what they saw, each under its demo's name.

pub mod isolation;
