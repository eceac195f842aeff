//! How a response is sent: as it should be, or in one of the ways that a client must survive.

use super::outgoing::{Framing, Outgoing};
use super::response::Response;
use super::stop::{StopSignal, socket_timeout};
use std::io;
use std::net::TcpStream;
use std::time::Duration;

#[derive(Clone, Debug)]
pub(super) enum Delivery {
    Whole,
    Slow { bytes: u64, pause: Duration },
    Stalled { after: u64, pause: Duration },
    CutOff { after: u64 },
    WrongLength { claimed: u64 },
    Chunked,
    Endless { most: u64 },
}

impl Delivery {
    /// Whether the client can tell where the response ends, so that another one may follow.
    pub(super) fn keeps_alive(&self) -> bool {
        !matches!(self, Delivery::CutOff { .. } | Delivery::WrongLength { .. })
    }

    pub(super) fn framing(&self, length: u64) -> Framing {
        match self {
            Delivery::Chunked | Delivery::Endless { .. } => Framing::Chunked,
            Delivery::WrongLength { claimed } => Framing::Length(*claimed),
            _ => Framing::Length(length),
        }
    }
}

/// Sends the body of a response whose head has been written already.
pub(super) fn deliver(
    response: Response,
    framing: Framing,
    mut outgoing: Outgoing,
    stop: &StopSignal,
) -> io::Result<()> {
    let Response { mut body, delivery, .. } = response;
    outgoing.frame(framing);
    let length = body.length();
    match delivery {
        Delivery::Whole | Delivery::WrongLength { .. } | Delivery::Chunked => outgoing.copy(&mut body, length)?,
        Delivery::CutOff { after } => outgoing.copy(&mut body, after.min(length))?,
        Delivery::Slow { bytes, pause } => {
            let mut left = length;
            while left > bytes {
                outgoing.copy(&mut body, bytes)?;
                outgoing.flush()?;
                stop.pause(pause)?;
                left -= bytes;
            }
            outgoing.copy(&mut body, left)?;
        }
        Delivery::Stalled { after, pause } => {
            let first = after.min(length);
            outgoing.copy(&mut body, first)?;
            if first < length {
                outgoing.flush()?;
                stall(outgoing.stream(), pause, stop)?;
                outgoing.copy(&mut body, length - first)?;
            }
        }
        Delivery::Endless { most } => {
            let mut bytes = body.read_all()?;
            if bytes.is_empty() {
                bytes.push(b'\n');
            }
            // Tiny bodies are sent many at a time.
            let bytes = bytes.repeat(1 + 16 * 1024 / bytes.len());
            let mut left = most;
            while left > 0 {
                let round = left.min(bytes.len() as u64);
                outgoing.copy(&mut bytes.as_slice(), round)?;
                left -= round;
            }
        }
    }
    outgoing.finish()
}

/// Waits for time to pass, for the client to leave or for the site to stop, whichever comes first.
/// Listening to the socket tells of all three.
fn stall(stream: &TcpStream, pause: Duration, stop: &StopSignal) -> io::Result<()> {
    let limit = stream.read_timeout()?;
    stream.set_read_timeout(Some(socket_timeout(pause)))?;
    let peeked = stream.peek(&mut [0]);
    stream.set_read_timeout(limit)?;
    match peeked {
        Ok(0) => Err(io::ErrorKind::ConnectionAborted.into()),
        // The next request is there already. It keeps the client's leaving from being seen.
        Ok(_) => stop.pause(pause),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(()),
        Err(error) => Err(error),
    }
}
