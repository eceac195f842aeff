//! The demos of this lesson, each to be read and changed on its own.

pub mod aba;
pub mod check_then_act;
pub mod lazy_init;
pub mod lost_update;
pub mod play;
pub mod prevention;
pub mod publication;
pub mod refused;
pub mod store_buffering;
pub mod toctou;
