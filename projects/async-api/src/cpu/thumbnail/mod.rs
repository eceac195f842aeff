//! A small picture of a large one.
//!
//! Pictures come from anywhere, so everything about them is bounded before it is believed: pixels before they are decoded,
//! and the rows of a PNG are averaged as they come, so that a large one takes no more memory than a small one.

mod jpeg;
mod picture;
mod png;
mod turn;

use picture::Picture;

/// The widest thumbnail, in pixels.
pub const WIDEST: u16 = 512;

/// The tallest: a page from top to bottom, as a picture, is very tall.
const TALLEST: u32 = 2048;

/// The most pixels of a picture that is decoded row by row.
const MOST_PIXELS: u64 = 64 << 20;

/// The most pixels of one that must be in memory as a whole: a progressive JPEG, an interlaced PNG.
const MOST_PIXELS_AT_ONCE: u64 = 32 << 20;

/// Why there is no thumbnail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThumbnailError {
    /// It is neither JPEG nor PNG.
    #[error("neither JPEG nor PNG")]
    Format,
    /// It has more pixels than may be decoded.
    #[error("too large: {0} pixels")]
    TooLarge(u64),
    /// It cannot be decoded.
    #[error("damaged: {0}")]
    Damaged(String),
}

impl ThumbnailError {
    fn damaged(why: impl ToString) -> ThumbnailError {
        ThumbnailError::Damaged(why.to_string())
    }
}

/// A JPEG at most so wide, in the picture's proportions, and never wider than the picture. The picture is JPEG or PNG.
///
/// # Errors
/// If it is neither, too large, or damaged.
pub fn thumbnail(picture: &[u8], width: u16) -> Result<Vec<u8>, ThumbnailError> {
    let widest = u32::from(width.clamp(1, WIDEST));
    let small = match picture {
        [0xff, 0xd8, 0xff, ..] => jpeg::decode(picture, widest)?,
        [0x89, b'P', b'N', b'G', ..] => png::decode(picture, widest)?,
        _ => return Err(ThumbnailError::Format),
    };
    small.encode()
}

/// The size of the thumbnail of a picture of this size.
fn fit(width: u32, height: u32, widest: u32) -> (u32, u32) {
    let scaled = |side: u32, to: u32, from: u32| {
        let rounded = (u64::from(side) * u64::from(to) + u64::from(from) / 2) / u64::from(from.max(1));
        u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
    };
    let wide = width.min(widest);
    let tall = scaled(height, wide, width);
    if tall <= TALLEST { (wide, tall) } else { (scaled(width, TALLEST, height), TALLEST) }
}

fn within(width: u32, height: u32, most: u64) -> Result<(), ThumbnailError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= most { Ok(()) } else { Err(ThumbnailError::TooLarge(pixels)) }
}

#[cfg(test)]
mod tests {
    use super::{TALLEST, fit};
    use proptest::prelude::*;

    #[test]
    fn proportions_are_kept_and_nothing_is_enlarged() {
        assert_eq!(fit(1600, 1200, 256), (256, 192));
        assert_eq!(fit(100, 50, 256), (100, 50));
        assert_eq!(fit(1000, 1, 256), (256, 1));
        assert_eq!(fit(100, 60_000, 100), (3, TALLEST));
    }

    proptest! {
        #[test]
        fn it_always_fits(width in 1..=u32::MAX, height in 1..=u32::MAX, widest in 1..=512u32) {
            let (wide, tall) = fit(width, height, widest);
            prop_assert!((1..=widest.min(width)).contains(&wide));
            prop_assert!((1..=TALLEST.min(height)).contains(&tall));
        }
    }
}
