//! Version 1: as it is written first. What has been read so far lives in the future, and dies with it.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The body of the next frame. **Not cancel safe**: dropped half-way it takes the bytes with it that it has read, and
/// the next call takes the middle of a body for a length.
///
/// # Errors
/// The source's own, and `UnexpectedEof` at its end, between frames or within one.
pub async fn read_frame<R: AsyncRead + Unpin>(source: &mut R) -> io::Result<Vec<u8>> {
    let length = source.read_u16().await?; // may be dropped with one byte of two
    let mut body = vec![0; length.into()];
    source.read_exact(&mut body).await?; // or with the length, and a part of the body
    Ok(body)
}
