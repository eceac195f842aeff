//! The tables and pictures of the demos, each under its demo's name.

pub mod back_pressure;
pub mod blocking_the_loop;
pub mod cancellation;
pub mod coroutine;
pub mod gather;
pub mod hundred_thousand;
