//! See the exercise of the same name.

use std::io::{self, Read};

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
/// # Errors
/// See [`FrameError`].
pub fn read_frame(from: &mut impl Read, limit: u32) -> Result<Option<Vec<u8>>, FrameError> {
    let mut length = Vec::new();
    match take(from, 4, &mut length)? {
        0 => return Ok(None),
        4 => {}
        _ => return Err(FrameError::CutOff),
    }
    let length = length.iter().rev().fold(0, |length, &byte| length << 8 | u32::from(byte));
    if length > limit {
        return Err(FrameError::TooLong(length));
    }
    let mut bytes = Vec::new();
    if take(from, u64::from(length), &mut bytes)? < u64::from(length) {
        return Err(FrameError::CutOff);
    }
    Ok(Some(bytes))
}

/// Reads so many bytes, or up to the end, into a vector that grows as they come. How many came.
fn take(from: &mut impl Read, bytes: u64, to: &mut Vec<u8>) -> Result<u64, FrameError> {
    // `read_to_end` goes on after an interruption and after a short read.
    from.take(bytes).read_to_end(to).map(|came| came as u64).map_err(FrameError::Io)
}
