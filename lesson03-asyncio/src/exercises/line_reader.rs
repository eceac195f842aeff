//! **Goal**: A reader of lines that may be dropped at any `await`, and loses nothing.
//!
//! **Minutes**: 20

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Reads lines. It owns its source and what it has read of it.
pub struct LineReader<R> {
    source: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    /// Reads from `source`.
    pub fn new(source: R) -> Self {
        LineReader { source, buffer: Vec::new() }
    }

    /// The next line without its `\n`; the last one may have none. `None` at the end.
    ///
    /// Cancel safe: if the future is dropped, the next call returns the line that this one would have.
    ///
    /// # Errors
    /// The source's own.
    pub async fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        todo!("a line from the buffer, or more bytes into the buffer")
    }
}
