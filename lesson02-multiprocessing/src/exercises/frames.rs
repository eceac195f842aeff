//! **Goal**: Read a frame: four bytes of length, the lowest first, and then so many bytes. Whatever comes, nobody may be made
//! to panic, to wait for more than was announced, or to take memory that was only announced.
//!
//! **Minutes**: 20

use std::io::{self, ErrorKind, Read};

/// Why there is no frame.
#[derive(Debug)]
pub enum FrameError {
    /// Reading failed.
    Io(io::Error),
    /// The stream ended in the middle of a frame.
    CutOff,
    /// The frame announces more bytes than the limit.
    TooLong(u32),
}

/// The next frame's bytes; `None` if the stream ends where a frame would begin.
///
/// `read` may return fewer bytes than asked for, and may be [`Interrupted`](ErrorKind::Interrupted).
///
/// # Errors
/// See [`FrameError`].
pub fn read_frame(from: &mut impl Read, limit: u32) -> Result<Option<Vec<u8>>, FrameError> {
    todo!("the length first: is it there, all of it, and within the limit?")
}
