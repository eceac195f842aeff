//! A reader of frames, three times. A frame is its length in two bytes, the higher one first, and then so many bytes.
//!
//! Each gives the same frames to whoever just reads. They differ when the future of a read is dropped half-way, as
//! `select!` does with the branches that did not win.

mod one_forgets;
mod three_tasks;
pub mod trial;
mod two_remembers;

pub use one_forgets::read_frame;
pub use three_tasks::{Frames, spawn_reader};
pub use two_remembers::FrameReader;

/// The bytes of a frame on the wire.
///
/// # Panics
/// If the body is longer than a length of two bytes can say.
pub fn encode(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).expect("a frame has at most 65,535 bytes");
    [&length.to_be_bytes(), body].concat()
}
