#[path = "../../../../src/floor/cell.rs"]
pub mod cell;
pub mod clock;
pub mod futex;
pub mod identity;

pub const SPIN: u32 = 0;
