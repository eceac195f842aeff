//! A thumbnail of a JPEG: decode, resize, encode. Some milliseconds of a core, and megabytes while it is under way.

use fast_image_resize::images::Image;
use fast_image_resize::{ImageBufferError, PixelType, ResizeError, Resizer};
use jpeg_decoder::{Decoder, PixelFormat};
use jpeg_encoder::{ColorType, Encoder, EncodingError};

/// Why there is no thumbnail.
#[derive(Debug, thiserror::Error)]
pub enum ThumbnailError {
    /// The bytes are no JPEG that can be decoded.
    #[error("cannot decode: {0}")]
    Decode(#[from] jpeg_decoder::Error),
    /// A kind of JPEG that is not for screens: grey in 16 bits, or CMYK.
    #[error("only RGB is supported")]
    Colours,
    /// The decoded pixels and the size in the head do not fit.
    #[error(transparent)]
    Buffer(#[from] ImageBufferError),
    /// It cannot be resized.
    #[error(transparent)]
    Resize(#[from] ResizeError),
    /// It cannot be encoded.
    #[error(transparent)]
    Encode(#[from] EncodingError),
}

/// A picture to make thumbnails of: waves of colour, as JPEG. Made once, so that no file must be shipped.
///
/// # Errors
/// If the encoder cannot, with a side of 0 say.
pub fn picture(width: u16, height: u16) -> Result<Vec<u8>, ThumbnailError> {
    let wave = |position: u32, length: u32| {
        let phase = position % (2 * length);
        (phase.min(2 * length - phase) * 255 / length) as u8
    };
    let mut pixels = vec![0; usize::from(width) * usize::from(height) * 3];
    for (pixel, number) in pixels.chunks_exact_mut(3).zip(0..) {
        let (x, y) = (number % u32::from(width), number / u32::from(width));
        pixel.copy_from_slice(&[wave(x, 190), wave(y, 130), wave(x + y, 70)]);
    }
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 85).encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(jpeg)
}

/// Makes a thumbnail at most `side` wide and high.
///
/// The decoder is told so: it can decode to an eighth, a quarter or a half of the size, which saves most of the
/// arithmetic, and fifteen sixteenths of the memory at a quarter.
///
/// # Errors
/// If the bytes are no RGB JPEG.
pub fn thumbnail(jpeg: &[u8], side: u16) -> Result<Vec<u8>, ThumbnailError> {
    let mut decoder = Decoder::new(jpeg);
    let (width, height) = decoder.scale(side, side)?;
    let pixels = decoder.decode()?;
    if decoder.info().is_none_or(|info| info.pixel_format != PixelFormat::RGB24) {
        return Err(ThumbnailError::Colours);
    }
    let longest = u32::from(width.max(height)).max(1);
    let scaled = |length: u16| (u32::from(length) * u32::from(side).min(longest) / longest).max(1);
    let source = Image::from_vec_u8(width.into(), height.into(), pixels, PixelType::U8x3)?;
    let mut small = Image::new(scaled(width), scaled(height), PixelType::U8x3);
    Resizer::new().resize(&source, &mut small, None)?;
    let mut encoded = Vec::new();
    let (width, height) = (small.width() as u16, small.height() as u16); // at most `side`, which is a u16
    Encoder::new(&mut encoded, 80).encode(small.buffer(), width, height, ColorType::Rgb)?;
    Ok(encoded)
}
