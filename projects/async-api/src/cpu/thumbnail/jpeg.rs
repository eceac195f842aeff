//! JPEG, decoded at a half, a quarter or an eighth where that is enough: it saves most of the arithmetic.

use super::turn::Turn;
use super::{MOST_PIXELS, MOST_PIXELS_AT_ONCE, Picture, ThumbnailError, fit, within};
use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};

/// The most scans. A progressive picture has about ten; thousands, of a few bytes each, would take minutes.
const MOST_SCANS: usize = 100;

pub(super) fn decode(jpeg: &[u8], widest: u32) -> Result<Picture, ThumbnailError> {
    let mut decoder = Decoder::new(jpeg);
    decoder.read_info().map_err(ThumbnailError::damaged)?;
    let info = decoder.info().ok_or_else(|| ThumbnailError::damaged("no frame"))?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let most = match info.coding_process {
        CodingProcess::DctSequential => MOST_PIXELS,
        CodingProcess::DctProgressive => MOST_PIXELS_AT_ONCE,
        CodingProcess::Lossless => return Err(ThumbnailError::damaged("a lossless JPEG is for no screen")),
    };
    within(width, height, most)?;
    // The marker cannot occur in the data of a scan; in other data it is rare.
    if jpeg.windows(2).filter(|marker| *marker == [0xff, 0xda]).count() > MOST_SCANS {
        return Err(ThumbnailError::damaged("too many scans"));
    }
    let turn = decoder.exif_data().map_or(Turn::default(), Turn::of);
    let (wide, tall) = turn.sides(width, height);
    let (wide, tall) = fit(wide, tall, widest);
    let (wide, tall) = turn.sides(wide, tall);
    // Asked for both sides, it would be content with one of them.
    let asked = u16::try_from(wide).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(asked, u16::MAX).map_err(ThumbnailError::damaged)?;
    let decoded = decoder.decode().map_err(ThumbnailError::damaged)?;
    let (grey, pixels) = match info.pixel_format {
        PixelFormat::L8 => (true, decoded),
        PixelFormat::RGB24 => (false, decoded),
        PixelFormat::CMYK32 => (false, from_ink(&decoded)),
        PixelFormat::L16 => return Err(ThumbnailError::damaged("16 bits")),
    };
    let picture = Picture { width: width.into(), height: height.into(), grey, pixels };
    Ok(turn.apply(picture.resize(wide, tall)?))
}

/// From amounts of four inks to light.
fn from_ink(pixels: &[u8]) -> Vec<u8> {
    let light = |ink: u8, black: u8| {
        let light = u16::from(255 - ink) * u16::from(255 - black);
        ((light + 127) / 255) as u8 // at most 255
    };
    pixels
        .chunks_exact(4)
        .flat_map(|inks| [light(inks[0], inks[3]), light(inks[1], inks[3]), light(inks[2], inks[3])])
        .collect()
}
