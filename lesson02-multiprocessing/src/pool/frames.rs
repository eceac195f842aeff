//! Frames: where one message ends and the next begins. A stream of bytes does not know.
//!
//! ```text
//!   4 bytes       8 bytes       4 bytes             head          body
//!   head length   body length   check of the 12     postcard      bytes as they are
//! ```
//!
//! The head says what the body is for. The body is written from where it lies, in the same system call: a large argument
//! is never copied into a message. `multiprocessing.Connection` frames likewise, with 4 or 12 bytes of length.

use std::io::{self, BufRead, BufReader, ErrorKind, IoSlice, Read, Write};

use serde::{Deserialize, Serialize};

/// The length of what comes before a head.
pub const PREFIX: usize = 16;
/// A head is a name and some numbers; a panic's message at most.
pub const LONGEST_HEAD: u64 = 1 << 20;
/// No job's argument or result may be longer: 1 GiB.
pub const LONGEST_BODY: u64 = 1 << 30;
/// Bodies up to this size are copied behind their head and sent together; longer ones are sent from where they are.
pub const SMALL: usize = 16 * 1024;
/// At most this much memory is taken before the bytes for it have come.
const STEP: u64 = 64 * 1024;

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Reading or writing failed.
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    /// The stream ended inside a frame.
    #[error("the stream ended after {came} of {announced} bytes")]
    CutOff {
        /// How many bytes were to come in this part of the frame.
        announced: u64,
        /// How many did.
        came: u64,
    },
    /// The lengths and their check do not fit together.
    #[error("the lengths at the head of a frame are damaged")]
    Damaged,
    /// A length beyond the limit: nobody sends so much, so it is no length.
    #[error("a frame announces {announced} bytes, the limit is {limit}")]
    TooLong {
        /// What the frame announces.
        announced: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The head does not say what it should.
    #[error("the head of a frame cannot be read: {0}")]
    Head(postcard::Error),
}

/// Notices every change within one byte, and nearly all others. Without it, a length damaged upwards would be waited for,
/// and a reader that waits for bytes that nobody sends waits for ever. (FNV-1a.)
fn check(lengths: &[u8]) -> u32 {
    lengths.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Appends prefix and head of a frame whose body has `body` bytes.
///
/// # Errors
/// If the head cannot be serialised, or head or body is too long.
pub fn open(head: &impl Serialize, body: usize, to: &mut Vec<u8>) -> Result<(), FrameError> {
    let start = to.len();
    to.resize(start + PREFIX, 0);
    *to = postcard::to_extend(head, std::mem::take(to)).map_err(FrameError::Head)?;
    let (head, body) = ((to.len() - start - PREFIX) as u64, body as u64);
    within(head, LONGEST_HEAD)?;
    within(body, LONGEST_BODY)?;
    to[start..start + 4].copy_from_slice(&(head as u32).to_le_bytes());
    to[start + 4..start + 12].copy_from_slice(&body.to_le_bytes());
    let check = check(&to[start..start + 12]);
    to[start + 12..start + PREFIX].copy_from_slice(&check.to_le_bytes());
    Ok(())
}

/// Writes `first` and then `second`, in one system call if the system takes so much at once.
///
/// # Errors
/// As the writer's own.
pub fn write_both(to: &mut impl Write, first: &[u8], second: &[u8]) -> io::Result<()> {
    let mut slices = &mut [IoSlice::new(first), IoSlice::new(second)][..];
    IoSlice::advance_slices(&mut slices, 0); // leaves out what is empty
    while !slices.is_empty() {
        match to.write_vectored(slices) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    to.flush()
}

fn within(announced: u64, limit: u64) -> Result<(), FrameError> {
    if announced > limit { Err(FrameError::TooLong { announced, limit }) } else { Ok(()) }
}

/// Reads frames.
#[derive(Debug)]
pub struct FrameReader<R> {
    from: BufReader<R>,
    head: Vec<u8>,
}

impl<R: Read> FrameReader<R> {
    /// Reads from a stream.
    pub fn new(from: R) -> Self {
        FrameReader { from: BufReader::with_capacity(SMALL, from), head: Vec::new() }
    }

    /// The next frame: returns its head and puts its body into `body`. `None` where the stream ends between two frames.
    ///
    /// # Errors
    /// If the stream fails, ends inside a frame, or carries something else than frames.
    pub fn read<'a, H: Deserialize<'a>>(&'a mut self, body: &mut Vec<u8>) -> Result<Option<H>, FrameError> {
        body.clear();
        if self.at_end()? {
            return Ok(None);
        }
        let mut prefix = [0; PREFIX];
        let came = read_up_to(&mut self.from, &mut prefix)?;
        if came < PREFIX {
            return Err(FrameError::CutOff { announced: PREFIX as u64, came: came as u64 });
        }
        let (lengths, checked) = prefix.split_at(12);
        if checked != check(lengths).to_le_bytes() {
            return Err(FrameError::Damaged);
        }
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
        let (head_length, body_length) = (number(&lengths[..4]), number(&lengths[4..]));
        within(head_length, LONGEST_HEAD)?;
        within(body_length, LONGEST_BODY)?;
        self.head.clear();
        fill(&mut self.from, head_length, &mut self.head)?;
        fill(&mut self.from, body_length, body)?;
        match postcard::take_from_bytes(&self.head) {
            Ok((head, [])) => Ok(Some(head)),
            Ok(_) => Err(FrameError::Head(postcard::Error::DeserializeBadEncoding)),
            Err(error) => Err(FrameError::Head(error)),
        }
    }

    /// Whether a further frame, or a part of one, has been read from the stream already.
    pub fn has_more(&self) -> bool {
        !self.from.buffer().is_empty()
    }

    fn at_end(&mut self) -> io::Result<bool> {
        loop {
            match self.from.fill_buf() {
                Ok(bytes) => return Ok(bytes.is_empty()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn read_up_to(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut came = 0;
    while came < buffer.len() {
        match from.read(&mut buffer[came..]) {
            Ok(0) => break,
            Ok(bytes) => came += bytes,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(came)
}

/// Reads as many bytes as were announced, and takes memory for them as they come: at most as much again as is there.
fn fill(from: &mut impl Read, announced: u64, to: &mut Vec<u8>) -> Result<(), FrameError> {
    while (to.len() as u64) < announced {
        let came = to.len() as u64;
        let step = (announced - came).min(came.max(STEP));
        to.reserve_exact(step as usize);
        if (from.take(step).read_to_end(to)? as u64) < step {
            return Err(FrameError::CutOff { announced, came: to.len() as u64 });
        }
    }
    Ok(())
}
