pub mod cell;
pub mod futex;
pub mod identity;

pub const SPIN: u32 = 0;
