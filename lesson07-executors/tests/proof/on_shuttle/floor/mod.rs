#[path = "../../../../src/floor/cell.rs"]
pub mod cell;
pub mod frame;
