//! Frames that are cut off, damaged or lie about their length: an error, never a hang, never memory for what did not come.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Read, Write};
use std::time::Duration;

use common::within;
use lesson02_multiprocessing::pool::frames::{
    FrameError, FrameReader, LONGEST_BODY, LONGEST_HEAD, PREFIX, SMALL, open, write_both,
};
use lesson02_multiprocessing::pool::job::Request;

/// Notes the largest block that each thread takes.
struct Watching;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all is left to the system's allocator; noting a number allocates nothing.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(block, layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// A reader that waits for what never comes must not hang the tests.
const LIMIT: Duration = Duration::from_secs(60);

const REQUEST: Request<'static> = Request { number: 7, job: "square", count: 3 };

fn frame(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    open(&REQUEST, body.len(), &mut bytes).expect("it is small");
    bytes.extend_from_slice(body);
    bytes
}

/// All frames of a stream, up to its end or the first error.
fn read_all(from: impl Read) -> Result<Vec<Vec<u8>>, FrameError> {
    let (mut reader, mut frames, mut body) = (FrameReader::new(from), Vec::new(), Vec::new());
    while let Some(head) = reader.read::<Request<'_>>(&mut body)? {
        assert_eq!(head, REQUEST);
        frames.push(body.clone());
    }
    Ok(frames)
}

/// Gives a byte at a time, and is interrupted before each.
struct Trickle<'a>(&'a [u8], bool);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn frames_come_as_they_were_sent_however_they_come() {
    within(LIMIT, || {
        for length in [0, 1, 100, SMALL, SMALL + 1, 300_000] {
            let body: Vec<u8> = (0..length).map(|index| index as u8).collect();
            let stream = [frame(&body), frame(b""), frame(&body)].concat();
            let expected = [body.clone(), Vec::new(), body];
            assert_eq!(read_all(&stream[..]).expect("it is whole"), expected);
            assert_eq!(read_all(Trickle(&stream, false)).expect("it is whole"), expected);
        }
    });
}

#[test]
fn cut_at_every_byte_is_an_error_or_a_clean_end() {
    within(LIMIT, || {
        let (first, second) = (frame(b"first"), frame(b"the second one"));
        let stream = [&first[..], &second[..]].concat();
        for cut in 0..stream.len() {
            let result = read_all(&stream[..cut]);
            if cut == 0 || cut == first.len() {
                assert_eq!(result.expect("between two frames").len(), usize::from(cut > 0), "cut at {cut}");
            } else {
                assert!(
                    matches!(result, Err(FrameError::CutOff { announced, came }) if came < announced),
                    "cut at {cut}"
                );
            }
        }
    });
}

/// The sender stays connected and sends nothing more: only the check keeps the reader from waiting for the missing bytes.
#[cfg(unix)]
#[test]
fn each_damaged_bit_of_the_lengths_is_noticed_at_once() {
    within(LIMIT, || {
        for bit in 0..PREFIX * 8 {
            let (mut sender, receiver) = std::os::unix::net::UnixStream::pair().expect("a socket pair");
            let mut bytes = frame(b"body");
            bytes[bit / 8] ^= 1 << (bit % 8);
            sender.write_all(&bytes).expect("it fits");
            assert!(matches!(read_all(receiver), Err(FrameError::Damaged)), "bit {bit}");
            drop(sender);
        }
    });
}

#[test]
fn what_a_prefix_claims_is_not_allocated() {
    within(LIMIT, || {
        for claim in [LONGEST_BODY, LONGEST_BODY / 2, 1 << 20] {
            let mut bytes = Vec::new();
            open(&REQUEST, claim as usize, &mut bytes).expect("within the limit");
            bytes.extend_from_slice(&[0; 100]);
            LARGEST.set(0);
            assert!(
                matches!(read_all(&bytes[..]), Err(FrameError::CutOff { announced, came: 100 }) if announced == claim)
            );
            assert!(LARGEST.get() <= 128 * 1024, "{} bytes were taken for 100", LARGEST.get());
        }
    });
}

#[test]
fn what_came_is_the_most_that_is_taken_in_advance() {
    within(LIMIT, || {
        let body = vec![1; 3 << 20];
        let bytes = frame(&body);
        LARGEST.set(0);
        assert_eq!(read_all(&bytes[..]).expect("it is whole"), [body]);
        assert!(LARGEST.get() <= 4 << 20, "{} bytes were taken for 3 MiB", LARGEST.get());
    });
}

#[test]
fn too_long_is_refused_by_both_sides() {
    within(LIMIT, || {
        let mut bytes = Vec::new();
        let refused = open(&REQUEST, LONGEST_BODY as usize + 1, &mut bytes);
        assert!(matches!(refused, Err(FrameError::TooLong { limit: LONGEST_BODY, .. })), "{refused:?}");
        let refused = open(&"x".repeat(LONGEST_HEAD as usize + 1), 0, &mut Vec::new());
        assert!(matches!(refused, Err(FrameError::TooLong { limit: LONGEST_HEAD, .. })), "{refused:?}");
        // What was written before the length was looked at has a length that the reader refuses too, whatever its check says.
        for (range, length) in [(0..4, LONGEST_HEAD + 1), (4..12, LONGEST_BODY + 1), (4..12, u64::MAX)] {
            let mut bytes = frame(b"");
            let width = range.len();
            bytes[range].copy_from_slice(&length.to_le_bytes()[..width]);
            let check = bytes[..12]
                .iter()
                .fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
            bytes[12..16].copy_from_slice(&check.to_le_bytes());
            assert!(matches!(read_all(&bytes[..]), Err(FrameError::TooLong { announced, .. }) if announced == length));
        }
    });
}

#[test]
fn a_head_that_is_none_is_an_error() {
    within(LIMIT, || {
        let mut bytes = frame(b"");
        bytes[PREFIX + 1] = 0xff; // the length of the name
        assert!(matches!(read_all(&bytes[..]), Err(FrameError::Head(_))));
        // A head with something behind it is none either: its length was not its length.
        let mut bytes = Vec::new();
        open(&(REQUEST, 1_u8), 0, &mut bytes).expect("it is small");
        assert!(matches!(read_all(&bytes[..]), Err(FrameError::Head(_))));
    });
}

/// Any byte anywhere: an error, or other bytes than were sent; no panic, no hang, no large block.
#[test]
fn damage_anywhere_is_survived() {
    within(LIMIT, || {
        let mut random = fastrand_like(1);
        let stream = [frame(b"one"), frame(&[7; 500]), frame(b"three")].concat();
        for _ in 0..20_000 {
            let mut damaged = stream.clone();
            for _ in 0..1 + random() % 3 {
                let place = random() as usize % damaged.len();
                damaged[place] ^= (random() as u8).max(1);
            }
            LARGEST.set(0);
            let (mut reader, mut body) = (FrameReader::new(&damaged[..]), Vec::new());
            while let Ok(Some(_)) = reader.read::<Request<'_>>(&mut body) {}
            assert!(LARGEST.get() <= 128 * 1024);
        }
    });
}

/// Numbers by seed (xorshift): enough to choose places to damage.
fn fastrand_like(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

/// Takes a few bytes at a time and is interrupted, as a socket with a small buffer.
struct Narrow(Vec<u8>, u32);

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = bytes.len().min(5);
        self.0.extend_from_slice(&bytes[..length]);
        Ok(length)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn both_halves_are_written_whole() {
    within(LIMIT, || {
        for (first, second) in [(&b"0123456789"[..], &b"abcdefghijk"[..]), (b"", b"abc"), (b"abc", b""), (b"", b"")] {
            let mut narrow = Narrow(Vec::new(), 0);
            write_both(&mut narrow, first, second).expect("it takes all in the end");
            assert_eq!(narrow.0, [first, second].concat());
        }
    });
}
