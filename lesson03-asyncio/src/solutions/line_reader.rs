//! What has been read lives in the reader, and nothing is awaited between taking a line out and returning it.

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
        loop {
            if let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
                line.pop();
                return Ok(Some(line));
            }
            if self.source.read_buf(&mut self.buffer).await? == 0 {
                let rest = std::mem::take(&mut self.buffer);
                return Ok(Some(rest).filter(|rest| !rest.is_empty()));
            }
        }
    }
}
