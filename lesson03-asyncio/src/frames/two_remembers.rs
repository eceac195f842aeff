//! Version 2: what has been read so far lives in the reader, which outlives the future. Nothing else has changed hands
//! when a future is dropped: a codec of `tokio_util` is this, made general.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// A reader of frames that may be cancelled at any `await`.
#[derive(Debug)]
pub struct FrameReader<R> {
    source: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Reads from `source`, which nobody else may read from now on: some of its bytes will be here.
    pub fn new(source: R) -> Self {
        FrameReader { source, buffer: Vec::new() }
    }

    /// The body of the next frame; `None` at the end. Cancel safe: whoever asks again gets what the last one missed.
    ///
    /// # Errors
    /// The source's own, and `UnexpectedEof` at its end within a frame.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            // No `await` between taking a frame out of the buffer and returning it: a drop there would lose it.
            if let Some(body) = self.take_frame() {
                return Ok(Some(body));
            }
            // `read_buf` is cancel safe: dropped, it has read nothing; ready, its bytes are in the buffer.
            if self.source.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// A frame, if the buffer holds a whole one.
    fn take_frame(&mut self) -> Option<Vec<u8>> {
        let (length, rest) = self.buffer.split_first_chunk::<2>()?;
        let body = rest.get(..u16::from_be_bytes(*length).into())?.to_vec();
        self.buffer.drain(..2 + body.len());
        Some(body)
    }
}
