//! Decoded pixels, and the last steps that all pictures share.

use super::ThumbnailError;
use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, Resizer};
use jpeg_encoder::{ColorType, Encoder};

/// The quality of a thumbnail's JPEG: what is small is looked at closely.
const QUALITY: u8 = 82;

/// Pixels in rows, one byte each where `grey`, else three.
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) grey: bool,
    pub(super) pixels: Vec<u8>,
}

impl Picture {
    /// Bytes of a pixel.
    pub(super) fn depth(&self) -> usize {
        if self.grey { 1 } else { 3 }
    }

    pub(super) fn resize(self, width: u32, height: u32) -> Result<Picture, ThumbnailError> {
        if (self.width, self.height) == (width, height) {
            return Ok(self);
        }
        let kind = if self.grey { PixelType::U8 } else { PixelType::U8x3 };
        let source = Image::from_vec_u8(self.width, self.height, self.pixels, kind).map_err(ThumbnailError::damaged)?;
        let mut small = Image::new(width, height, kind);
        Resizer::new().resize(&source, &mut small, None).map_err(ThumbnailError::damaged)?; // Lanczos
        Ok(Picture { width, height, grey: self.grey, pixels: small.into_vec() })
    }

    /// As JPEG.
    pub(super) fn encode(&self) -> Result<Vec<u8>, ThumbnailError> {
        let colours = if self.grey { ColorType::Luma } else { ColorType::Rgb };
        let side = |side: u32| u16::try_from(side).map_err(ThumbnailError::damaged);
        let mut encoded = Vec::new();
        let encoder = Encoder::new(&mut encoded, QUALITY);
        encoder
            .encode(&self.pixels, side(self.width)?, side(self.height)?, colours)
            .map_err(ThumbnailError::damaged)?;
        Ok(encoded)
    }
}
