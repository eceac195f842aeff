//! PNG, averaged row by row to about twice the size of the thumbnail.

use super::{MOST_PIXELS, MOST_PIXELS_AT_ONCE, Picture, ThumbnailError, fit, within};
use png::{ColorType, Decoder, DecodingError, Limits, Transformations};
use std::io::Cursor;

/// The most bytes that the decoder itself may take: the longest rows are far below.
const MEMORY: usize = 64 << 20;

pub(super) fn decode(png: &[u8], widest: u32) -> Result<Picture, ThumbnailError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: MEMORY });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true); // they are compressed, and nobody reads them
    decoder.set_ignore_iccp_chunk(true);
    let info = decoder.read_header_info().map_err(ThumbnailError::damaged)?;
    let (width, height, interlaced) = (info.width, info.height, info.interlaced);
    within(width, height, if interlaced { MOST_PIXELS_AT_ONCE } else { MOST_PIXELS })?;
    let too_large = |error: DecodingError| match error {
        DecodingError::LimitsExceeded => ThumbnailError::TooLarge(u64::from(width) * u64::from(height)),
        other => ThumbnailError::damaged(other),
    };
    let mut reader = decoder.read_info().map_err(too_large)?;
    let (colours, _) = reader.output_color_type();
    let (wide, tall) = fit(width, height, widest);
    let mut averages = Averages::new(width, (width / (2 * wide)).min(height / (2 * tall)).max(1), colours);
    if interlaced {
        let bytes = reader.output_buffer_size().ok_or_else(|| ThumbnailError::damaged("no size"))?;
        let mut whole = vec![0; bytes];
        let frame = reader.next_frame(&mut whole).map_err(too_large)?;
        whole.chunks_exact(frame.line_size.max(1)).for_each(|row| averages.add(row));
    } else {
        while let Some(row) = reader.next_row().map_err(too_large)? {
            averages.add(row.data());
        }
    }
    averages.finish().resize(wide, tall)
}

/// Squares of pixels, each averaged to one.
struct Averages {
    width: usize,
    side: usize,
    colours: ColorType,
    rows: usize,
    sums: Vec<[u64; 3]>,
    pixels: Vec<u8>,
}

impl Averages {
    fn new(width: u32, side: u32, colours: ColorType) -> Averages {
        let sums = vec![[0; 3]; width.div_ceil(side) as usize];
        Averages { width: width as usize, side: side as usize, colours, rows: 0, sums, pixels: Vec::new() }
    }

    fn add(&mut self, row: &[u8]) {
        let (depth, colours) = (self.colours.samples(), self.colours);
        for (sum, pixels) in self.sums.iter_mut().zip(row.chunks(self.side * depth)) {
            for pixel in pixels.chunks_exact(depth) {
                let light = on_white(pixel, colours);
                for (sum, light) in sum.iter_mut().zip(light) {
                    *sum += u64::from(light);
                }
            }
        }
        self.rows += 1;
        if self.rows == self.side {
            self.end_row();
        }
    }

    fn end_row(&mut self) {
        for (place, sum) in self.sums.iter_mut().enumerate() {
            let columns = self.side.min(self.width - place * self.side);
            let count = (columns * self.rows) as u64;
            self.pixels.extend(sum.map(|sum| ((sum + count / 2) / count) as u8)); // an average of bytes
            *sum = [0; 3];
        }
        self.rows = 0;
    }

    fn finish(mut self) -> Picture {
        if self.rows > 0 {
            self.end_row();
        }
        let height = self.pixels.len() / 3 / self.sums.len();
        Picture { width: self.sums.len() as u32, height: height as u32, grey: false, pixels: self.pixels }
    }
}

/// A pixel's colour, where it is transparent over white.
fn on_white(pixel: &[u8], colours: ColorType) -> [u8; 3] {
    let over = |light: u8, alpha: u8| {
        let (light, alpha) = (u16::from(light), u16::from(alpha));
        ((light * alpha + 255 * (255 - alpha) + 127) / 255) as u8 // at most 255
    };
    match (colours, pixel) {
        (ColorType::Grayscale, [grey]) => [*grey; 3],
        (ColorType::GrayscaleAlpha, [grey, alpha]) => [over(*grey, *alpha); 3],
        (ColorType::Rgba, [red, green, blue, alpha]) => [*red, *green, *blue].map(|light| over(light, *alpha)),
        (_, [red, green, blue]) => [*red, *green, *blue],
        _ => [255; 3], // no other form comes out of the decoder
    }
}
