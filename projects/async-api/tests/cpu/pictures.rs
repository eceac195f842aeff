//! Pictures to make thumbnails of: the upper left quarter is red, the upper right green, the lower left blue, the lower
//! right white.

use jpeg_encoder::{ColorType, Encoder};
use png::{BitDepth, Compression};

pub type Rgb = [u8; 3];

pub const QUARTERS: [Rgb; 4] = [[250, 10, 10], [10, 240, 10], [10, 10, 250], [255, 255, 255]];

/// The pixels, each in the form that `form` gives it.
pub fn pixels<const N: usize>(width: u32, height: u32, form: impl Fn(Rgb) -> [u8; N]) -> Vec<u8> {
    let quarter = |x: u32, y: u32| usize::from(2 * x >= width) + 2 * usize::from(2 * y >= height);
    (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| form(QUARTERS[quarter(x, y)])).collect()
}

pub fn jpeg(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    encode(width, height, &pixels(width.into(), height.into(), |rgb| rgb), ColorType::Rgb, progressive, None)
}

pub fn encode(width: u16, height: u16, pixels: &[u8], kind: ColorType, progressive: bool, exif: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    encoder.set_progressive(progressive);
    if let Some(orientation) = exif {
        let tag =
            [b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".as_slice(), &[0, orientation, 0, 0]].concat();
        encoder.add_app_segment(1, tag).expect("a short segment");
    }
    encoder.encode(pixels, width, height, kind).expect("it fits");
    bytes
}

pub fn png(width: u32, height: u32, colour: png::ColorType, depth: BitDepth, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    if colour == png::ColorType::Indexed {
        encoder.set_palette(QUARTERS.concat());
    }
    let mut writer = encoder.write_header().expect("a head");
    writer.write_image_data(pixels).expect("it fits");
    drop(writer);
    bytes
}

/// An interlaced PNG of RGB pixels, not compressed: the encoder makes none.
pub fn interlaced(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut rows = Vec::new();
    for (left, top, right, down) in passes {
        for y in (top..height as usize).step_by(down) {
            rows.push(0); // no filter
            for x in (left..width as usize).step_by(right) {
                let at = (y * width as usize + x) * 3;
                rows.extend(&pixels[at..at + 3]);
            }
        }
    }
    let mut data = vec![0x78, 0x01];
    let mut blocks = rows.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        data.push(u8::from(blocks.peek().is_none()));
        data.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        data.extend(block);
    }
    let (low, high) = rows.iter().fold((1, 0), |(low, high), byte| {
        ((low + u32::from(*byte)) % 65_521, (high + low + u32::from(*byte)) % 65_521)
    });
    data.extend((high << 16 | low).to_be_bytes());
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 1]].concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", data), (b"IEND", Vec::new())] {
        let chunk = [kind.as_slice(), &data].concat();
        bytes.extend((data.len() as u32).to_be_bytes());
        bytes.extend(&chunk);
        bytes.extend(checksum(&chunk).to_be_bytes());
    }
    bytes
}

/// The checksum of a chunk of a PNG.
pub fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

/// The size and the pixels of a thumbnail, always as RGB.
pub fn decoded(jpeg: &[u8]) -> (u32, u32, Vec<Rgb>) {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let pixels = decoder.decode().expect("a thumbnail is a JPEG");
    let info = decoder.info().expect("it has been decoded");
    let rgb = match info.pixel_format {
        jpeg_decoder::PixelFormat::L8 => pixels.iter().map(|grey| [*grey; 3]).collect(),
        _ => pixels.chunks(3).map(|rgb| [rgb[0], rgb[1], rgb[2]]).collect(),
    };
    (info.width.into(), info.height.into(), rgb)
}

/// The colours in the middles of the four quarters.
pub fn quarters(jpeg: &[u8]) -> [Rgb; 4] {
    let (width, height, pixels) = decoded(jpeg);
    let at = |x: u32, y: u32| pixels[(y * width + x) as usize];
    let (left, right, top, bottom) = (width / 4, width * 3 / 4, height / 4, height * 3 / 4);
    [at(left, top), at(right, top), at(left, bottom), at(right, bottom)]
}

/// Whether colours are the same to the eye.
pub fn close(one: [Rgb; 4], other: [Rgb; 4]) -> bool {
    one.as_flattened().iter().zip(other.as_flattened()).all(|(one, other)| one.abs_diff(*other) <= 12)
}
