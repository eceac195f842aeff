//! Which way up: a camera stores what its sensor saw, and says in a tag how it was held.

use super::Picture;

/// What to do to the stored picture, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Rows become columns.
    swap: bool,
    /// Left becomes right.
    mirror: bool,
    /// Top becomes bottom.
    flip: bool,
}

/// The tag's number.
const ORIENTATION: u16 = 0x0112;

impl Turn {
    /// As the tag in this Exif data says; nothing to do if there is none, or nonsense.
    pub(super) fn of(exif: &[u8]) -> Turn {
        let (swap, mirror, flip) = match orientation(exif).unwrap_or(1) {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Turn { swap, mirror, flip }
    }

    /// Width and height after the turn of a picture with these, or before it.
    pub(super) fn sides(self, width: u32, height: u32) -> (u32, u32) {
        if self.swap { (height, width) } else { (width, height) }
    }

    pub(super) fn apply(self, picture: Picture) -> Picture {
        if self == Turn::default() {
            return picture;
        }
        let depth = picture.depth();
        let (width, height) = self.sides(picture.width, picture.height);
        let mut pixels = Vec::with_capacity(picture.pixels.len());
        for row in 0..height {
            for column in 0..width {
                let column = if self.mirror { width - 1 - column } else { column };
                let row = if self.flip { height - 1 - row } else { row };
                let (x, y) = self.sides(column, row);
                let start = (y as usize * picture.width as usize + x as usize) * depth;
                pixels.extend_from_slice(&picture.pixels[start..start + depth]);
            }
        }
        Picture { width, height, grey: picture.grey, pixels }
    }
}

/// Exif is a TIFF file: the order of bytes, the place of a directory, and there 12 bytes a tag.
fn orientation(exif: &[u8]) -> Option<u16> {
    let little = exif.starts_with(b"II");
    let bytes = |at: usize, count: usize| exif.get(at..at.checked_add(count)?);
    let short = |at: usize| {
        let pair = bytes(at, 2)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let four = bytes(4, 4)?.try_into().ok()?;
    let directory = if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) } as usize;
    let tags = usize::from(short(directory)?);
    let at = (0..tags).map(|tag| directory + 2 + 12 * tag).find(|at| short(*at) == Some(ORIENTATION))?;
    short(at + 8)
}

#[cfg(test)]
mod tests {
    use super::{Picture, Turn};

    /// A camera's tag, and two rows of three pixels after it was heeded.
    const CASES: [(u8, &[u8]); 8] = [
        (1, b"abc\ndef"),
        (2, b"cba\nfed"),
        (3, b"fed\ncba"),
        (4, b"def\nabc"),
        (5, b"ad\nbe\ncf"),
        (6, b"da\neb\nfc"),
        (7, b"fc\neb\nda"),
        (8, b"cf\nbe\nad"),
    ];

    #[test]
    fn every_orientation_comes_out_upright() {
        for (tag, upright) in CASES {
            let little = [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[tag, 0, 0, 0]].concat();
            let big = [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".as_slice(), &[0, tag, 0, 0]].concat();
            assert_eq!(Turn::of(&little), Turn::of(&big), "orientation {tag}");
            let stored = Picture { width: 3, height: 2, grey: true, pixels: b"abcdef".to_vec() };
            let turned = Turn::of(&big).apply(stored);
            let rows: Vec<&[u8]> = turned.pixels.chunks(turned.width as usize).collect();
            assert_eq!(rows.join(&b'\n'), upright, "orientation {tag}");
        }
    }
}
