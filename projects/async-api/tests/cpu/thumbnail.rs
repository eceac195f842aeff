//! Thumbnails: the right size, the right colours, and no picture that does harm.

use super::pictures::{QUARTERS, Rgb, checksum, close, decoded, encode, interlaced, jpeg, pixels, png, quarters};
use async_api::cpu::thumbnail::{ThumbnailError, thumbnail};
use jpeg_encoder::ColorType as Jpeg;
use png::BitDepth::{Eight, Four, One, Sixteen};
use png::ColorType as Png;
use proptest::prelude::*;
use std::time::Duration;

fn small(picture: &[u8], width: u16) -> Vec<u8> {
    thumbnail(picture, width).expect("a good picture")
}

fn size(picture: &[u8], width: u16) -> (u32, u32) {
    let (width, height, _) = decoded(&small(picture, width));
    (width, height)
}

#[test]
fn sizes_keep_the_proportions_and_never_grow() {
    for picture in [jpeg(800, 600, false), png(800, 600, Png::Rgb, Eight, &pixels(800, 600, |rgb| rgb))] {
        assert_eq!(size(&picture, 256), (256, 192));
        assert_eq!(size(&picture, 16), (16, 12));
        assert_eq!(size(&picture, 512), (512, 384));
        assert_eq!(size(&picture, u16::MAX), (512, 384), "the widest is 512");
        assert_eq!(size(&picture, 0), (1, 1));
    }
    assert_eq!(size(&jpeg(100, 80, false), 256), (100, 80));
    assert_eq!(size(&jpeg(1000, 2, false), 256), (256, 1));
    assert_eq!(size(&jpeg(2, 10_000, false), 256), (1, 2048), "nothing is taller than 2048");
    assert_eq!(size(&png(1, 70_000, Png::Grayscale, Eight, &[9; 70_000]), 256), (1, 2048));
}

#[test]
fn colours_survive_whatever_the_form() {
    let inks = |[red, green, blue]: Rgb| [255 - red, 255 - green, 255 - blue, 0];
    let wide = |rgb: Rgb| [rgb[0], 7, rgb[1], 7, rgb[2], 7];
    let number = |rgb: Rgb| QUARTERS.iter().position(|quarter| *quarter == rgb).expect("one of them") as u8;
    let packed: Vec<u8> = pixels(640, 480, |rgb| [number(rgb)]).chunks(2).map(|two| two[0] << 4 | two[1]).collect();
    let pictures = [
        ("baseline", jpeg(640, 480, false)),
        ("progressive", jpeg(640, 480, true)),
        ("CMYK", encode(640, 480, &pixels(640, 480, inks), Jpeg::Cmyk, false, None)),
        ("YCCK", encode(640, 480, &pixels(640, 480, inks), Jpeg::CmykAsYcck, false, None)),
        ("RGB", png(640, 480, Png::Rgb, Eight, &pixels(640, 480, |rgb| rgb))),
        ("16 bits", png(640, 480, Png::Rgb, Sixteen, &pixels(640, 480, wide))),
        ("opaque", png(640, 480, Png::Rgba, Eight, &pixels(640, 480, |[r, g, b]| [r, g, b, 255]))),
        ("interlaced", interlaced(640, 480, &pixels(640, 480, |rgb| rgb))),
        ("palette", png(640, 480, Png::Indexed, Four, &packed)),
    ];
    for (form, picture) in pictures {
        for width in [31, 256, 512] {
            let found = quarters(&small(&picture, width));
            assert!(close(found, QUARTERS), "{form} at {width}: {found:?}");
        }
    }
}

#[test]
fn grey_stays_grey() {
    let grey = |rgb: Rgb| [rgb[2]];
    let expected = QUARTERS.map(|rgb| [rgb[2]; 3]);
    let one_bit: Vec<u8> = (0..480).flat_map(|_| [vec![0x00; 40], vec![0xff; 40]].concat()).collect();
    let black_left = [[0; 3], [255; 3], [0; 3], [255; 3]];
    let pictures = [
        ("JPEG", encode(640, 480, &pixels(640, 480, grey), Jpeg::Luma, false, None), expected),
        ("PNG", png(640, 480, Png::Grayscale, Eight, &pixels(640, 480, grey)), expected),
        ("one bit", png(640, 480, Png::Grayscale, One, &one_bit), black_left),
    ];
    for (form, picture, expected) in pictures {
        let found = quarters(&small(&picture, 200));
        assert!(close(found, expected), "{form}: {found:?}");
    }
}

#[test]
fn what_is_transparent_is_white() {
    let invisible = png(64, 64, Png::Rgba, Eight, &pixels(64, 64, |[r, g, b]| [r, g, b, 0]));
    assert!(close(quarters(&small(&invisible, 32)), [[255; 3]; 4]));
    let half = png(64, 64, Png::GrayscaleAlpha, Eight, &pixels(64, 64, |_| [0, 128]));
    assert!(close(quarters(&small(&half, 32)), [[127; 3]; 4]));
}

#[test]
fn a_picture_taken_upright_stands_upright() {
    let upside_down = encode(640, 480, &pixels(640, 480, |rgb| rgb), Jpeg::Rgb, false, Some(3));
    let [one, two, three, four] = QUARTERS;
    assert!(close(quarters(&small(&upside_down, 256)), [four, three, two, one]));
    let on_its_side = encode(640, 480, &pixels(640, 480, |rgb| rgb), Jpeg::Rgb, false, Some(6));
    assert_eq!(size(&on_its_side, 256), (256, 341));
    assert!(close(quarters(&small(&on_its_side, 256)), [three, one, four, two]));
}

#[test]
fn a_picture_too_large_is_refused_by_its_head_alone() {
    let mut huge = jpeg(16, 16, false);
    let frame = huge.windows(2).position(|marker| marker == [0xff, 0xc0]).expect("a frame");
    huge[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]); // height and width
    let head = huge.clone();
    let refused = common::within(Duration::from_secs(30), move || thumbnail(&head, 256));
    assert_eq!(refused, Err(ThumbnailError::TooLarge(65_535 * 65_535)));
    // Where all of it must be in memory, less is allowed: 36 Mpx as progressive, and as baseline.
    let size = [6000_u16.to_be_bytes(), 6000_u16.to_be_bytes()].concat();
    huge[frame + 5..frame + 9].copy_from_slice(&size);
    assert!(!matches!(thumbnail(&huge, 256), Err(ThumbnailError::TooLarge(_))));
    huge[frame + 1] = 0xc2;
    assert_eq!(thumbnail(&huge, 256), Err(ThumbnailError::TooLarge(36_000_000)));
    let mut wide = png(8, 8, Png::Grayscale, Eight, &[0; 64]);
    wide[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let checksum = checksum(&wide[12..29]);
    wide[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(thumbnail(&wide, 256), Err(ThumbnailError::TooLarge(0x7fff_ffff * 0x7fff_ffff)));
}

#[test]
fn a_large_picture_is_made_small() {
    let long_rows = png(20_000, 100, Png::Grayscale, Eight, &vec![200; 2_000_000]);
    assert_eq!(size(&long_rows, 256), (256, 1));
    assert_eq!(size(&jpeg(4000, 3000, false), 256), (256, 192));
}

#[test]
fn thousands_of_scans_are_refused() {
    let mut picture = jpeg(64, 64, true);
    let scan = picture.windows(2).rposition(|marker| marker == [0xff, 0xda]).expect("a scan");
    let last = picture[scan..picture.len() - 2].to_vec();
    picture.truncate(picture.len() - 2);
    (0..5000).for_each(|_| picture.extend(&last));
    picture.extend([0xff, 0xd9]);
    assert_eq!(thumbnail(&picture, 32), Err(ThumbnailError::Damaged("too many scans".to_owned())));
}

#[test]
fn what_is_no_picture_is_said_to_be_none() {
    for bytes in [b"".as_slice(), b"GIF89a", b"<svg/>", b"\xff\xd8", b"RIFF\0\0\0\0WEBP"] {
        assert_eq!(thumbnail(bytes, 256), Err(ThumbnailError::Format));
    }
    assert!(matches!(thumbnail(b"\xff\xd8\xff\xe0", 256), Err(ThumbnailError::Damaged(_))));
    assert!(matches!(thumbnail(b"\x89PNG\r\n\x1a\n", 256), Err(ThumbnailError::Damaged(_))));
}

/// One of each decoder's ways.
fn samples() -> Vec<Vec<u8>> {
    let rgb = |rgb| rgb;
    vec![
        jpeg(60, 40, false),
        jpeg(60, 40, true),
        encode(60, 40, &pixels(60, 40, |_| [1, 2, 3, 4]), Jpeg::CmykAsYcck, false, Some(6)),
        png(60, 40, Png::Rgb, Eight, &pixels(60, 40, rgb)),
        png(60, 40, Png::Rgba, Sixteen, &pixels(60, 40, |_| [9; 8])),
        png(60, 40, Png::Indexed, Eight, &[3; 2400]),
        interlaced(60, 40, &pixels(60, 40, rgb)),
    ]
}

#[test]
fn a_picture_cut_off_anywhere_is_an_answer() {
    for picture in samples() {
        for length in 0..picture.len() {
            let _ = thumbnail(&picture[..length], 20);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes_are_an_answer(kind in 0..3usize, mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let head = [b"\xff\xd8\xff".as_slice(), b"\x89PNG\r\n\x1a\n", b""][kind];
        bytes.splice(..0, head.iter().copied());
        let _ = thumbnail(&bytes, 64);
    }

    #[test]
    fn damage_is_an_answer(
        which in 0..7usize,
        width in 1..600u16,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut picture = samples().swap_remove(which);
        for (at, byte) in damage {
            let at = at.index(picture.len());
            picture[at] = byte;
        }
        if let Ok(small) = thumbnail(&picture, width) {
            let (wide, _, _) = decoded(&small);
            prop_assert!(wide <= u32::from(width.min(512)));
        }
    }
}
