//! Letters of the built-in fonts: every reader of PDF has them, so no font needs to be in the file.
//!
//! They have the letters of western Europe, in the encoding that PDF calls `WinAnsi`. Others lose their accents, and what
//! is left becomes a question mark: the addresses, which are ASCII, say which page it is, and JSON and CSV have it all.

use std::ops::Range;

/// 0x80 to 0x9f of the encoding; a space where it has nothing.
const MARKS: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// The letters U+0100 to U+017F without what sets them apart.
const PLAIN: &[u8; 128] =
    b"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSs\
TtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/// The text in `WinAnsi`.
pub(super) fn encoded(text: &str) -> Vec<u8> {
    text.chars().filter_map(letter).collect()
}

fn letter(letter: char) -> Option<u8> {
    Some(match letter {
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{ff}' => letter as u8, // both are below 256
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' => return None, // accents apart; marks
        _ if letter.is_whitespace() || letter.is_control() => b' ',
        _ => match MARKS.chars().position(|mark| mark == letter) {
            Some(place) => 0x80 + place as u8, // of 32
            None => PLAIN.get((letter as usize).wrapping_sub(0x100)).copied().unwrap_or(b'?'),
        },
    })
}

/// The two fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Font {
    Regular,
    Bold,
}

impl Font {
    /// How wide a text is, at a size of one point.
    pub(super) fn width(self, encoded: &[u8]) -> f32 {
        encoded.iter().map(|letter| self.letter_width(*letter)).sum()
    }

    fn letter_width(self, letter: u8) -> f32 {
        let widths = match self {
            Font::Regular => &REGULAR,
            Font::Bold => &BOLD,
        };
        f32::from(widths[usize::from(letter.max(b' ') - b' ')]) / 1000.0
    }

    /// The lines of a text where there is so much room, at a size of one point: broken at spaces, in an address after
    /// what sets its parts apart, and anywhere if need be.
    pub(super) fn lines(self, text: &[u8], room: f32) -> Vec<Range<usize>> {
        let (mut lines, mut start, mut chance, mut width) = (Vec::new(), 0, 0, 0.0);
        for (place, letter) in text.iter().enumerate() {
            width += self.letter_width(*letter);
            // Again, where what is left behind a chance is too wide by itself.
            while width > room && place > start && *letter != b' ' {
                let end = if chance > start { chance } else { place };
                lines.push(start..end);
                start = end;
                width = self.width(&text[start..=place]);
            }
            if b" /?&=-_.,;".contains(letter) {
                chance = place + 1;
            }
        }
        lines.push(start..text.len());
        lines
    }
}

/// How wide the letters from the space on are, in thousandths.
#[rustfmt::skip]
const REGULAR: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278,
    584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944,
    667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 350, 556, 350, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350,
    350, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 350, 500, 667, 278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556,
    584, 333, 737, 333, 400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611, 667, 667, 667, 667, 667, 667, 1000, 722,
    667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556,
    556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];

/// The same in bold.
#[rustfmt::skip]
const BOLD: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333,
    584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944,
    667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 350, 556, 350, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350,
    350, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 350, 500, 667, 278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556,
    584, 333, 737, 333, 400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611, 722, 722, 722, 722, 722, 722, 1000, 722,
    667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556,
    556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278, 611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
];

#[cfg(test)]
mod tests {
    use super::{Font, encoded};
    use proptest::prelude::*;

    #[test]
    fn letters_are_kept_or_made_plain() {
        assert_eq!(encoded("Café “5 €” – œuvre"), b"Caf\xe9 \x935 \x80\x94 \x96 \x9cuvre");
        assert_eq!(encoded("Łódź, Čapek, İstanbul, ſ"), b"L\xf3dz, Capek, Istanbul, s");
        assert_eq!(encoded("e\u{301}\tx\ny\u{7f}"), b"e x y ");
        assert_eq!(encoded("日本 🙂"), b"?? ?");
    }

    #[test]
    fn lines_break_where_words_and_addresses_do() {
        let text = b"one two https://a.example/long/path";
        let lines: Vec<&[u8]> = Font::Regular.lines(text, 9.0).into_iter().map(|line| &text[line]).collect();
        assert_eq!(lines, [b"one two https://a.".as_slice(), b"example/long/path"]);
        // What is behind the comma fits, and with the mark it does not.
        assert_eq!(Font::Bold.lines(b",Ar%{!", 2.69), [0..1, 1..5, 5..6]);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_and_no_line_is_too_wide(text in "\\PC{0,300}", room in 2.0..60.0f32) {
            let text = encoded(&text);
            let lines = Font::Bold.lines(&text, room);
            let joined: Vec<u8> = lines.iter().flat_map(|line| &text[line.clone()]).copied().collect();
            prop_assert_eq!(&joined, &text);
            for line in lines {
                prop_assert!(Font::Bold.width(text[line].trim_ascii_end()) <= room + 0.01);
            }
        }
    }
}
