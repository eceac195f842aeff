//! Writes a response to a socket, in few and large pieces.

use super::date::http_date;
use super::log::Exchange;
use super::response::{Response, reason};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::SystemTime;

const PIECE_BYTES: usize = 64 * 1024;

/// How the client learns where the body ends (RFC 9112, section 6).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length(u64),
    Chunked,
    /// By the end of the connection; all that HTTP/1.0 has for a body of unknown length.
    UntilClose,
}

pub(super) struct Outgoing<'a> {
    stream: &'a TcpStream,
    /// What is still to be written. Never emptied before there is more, so that the end of the
    /// response goes out by `finish`.
    buffer: &'a mut Vec<u8>,
    chunked: bool,
    exchange: Exchange<'a>,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(stream: &'a TcpStream, buffer: &'a mut Vec<u8>, exchange: Exchange<'a>) -> Outgoing<'a> {
        buffer.clear();
        Outgoing { stream, buffer, chunked: false, exchange }
    }

    pub(super) fn stream(&self) -> &'a TcpStream {
        self.stream
    }

    pub(super) fn write_head(&mut self, response: &Response, framing: Framing, close: bool) -> io::Result<()> {
        let buffer = &mut *self.buffer;
        write!(buffer, "HTTP/1.1 {} {}\r\n", response.status, reason(response.status))?;
        write!(buffer, "Date: {}\r\n", http_date(SystemTime::now()))?;
        for (name, value) in &response.headers {
            write!(buffer, "{name}: {value}\r\n")?;
        }
        match framing {
            Framing::Length(length) => write!(buffer, "Content-Length: {length}\r\n")?,
            Framing::Chunked => write!(buffer, "Transfer-Encoding: chunked\r\n")?,
            Framing::None | Framing::UntilClose => {}
        }
        if close {
            write!(buffer, "Connection: close\r\n")?;
        }
        write!(buffer, "\r\n")?;
        self.exchange.decide(response.status);
        Ok(())
    }

    /// Says how the body that follows is framed.
    pub(super) fn frame(&mut self, framing: Framing) {
        self.chunked = framing == Framing::Chunked;
    }

    /// Sends so many bytes of a body; it is an error when there are fewer.
    pub(super) fn copy(&mut self, body: &mut impl Read, bytes: u64) -> io::Result<()> {
        let mut left = bytes;
        while left > 0 {
            if self.buffer.len() >= PIECE_BYTES {
                self.flush()?;
            }
            let piece = left.min(PIECE_BYTES as u64);
            if self.chunked {
                write!(self.buffer, "{piece:x}\r\n")?;
            }
            self.buffer.reserve(PIECE_BYTES);
            if body.take(piece).read_to_end(self.buffer)? as u64 != piece {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if self.chunked {
                self.buffer.extend_from_slice(b"\r\n");
            }
            self.exchange.sent(piece);
            left -= piece;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Sends the end of the response.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.chunked {
            self.buffer.extend_from_slice(b"0\r\n\r\n");
        }
        self.exchange.end();
        self.flush()
    }
}
