//! Each version in the same place: a `select!` with a tick, and a writer that pauses.

use std::io;
use std::time::Duration;

use common::blocks::Schedule;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, interval_at, sleep};

use super::{FrameReader, encode, read_frame, spawn_reader};

/// The bodies that are sent.
pub const BODIES: [&[u8]; 2] = [b"one", b"two"];

/// How often it ticks.
pub const PERIOD: Duration = Duration::from_millis(10);

/// Which version reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// What has been read lives in the future.
    Forgets,
    /// It lives in the reader.
    Remembers,
    /// The future is a task's, and not dropped.
    Tasks,
}

/// What a reader got until its source was at an end, and how often its `select!` went for the tick instead.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The bodies, in order.
    pub bodies: Vec<Vec<u8>>,
    /// How often the read was dropped.
    pub ticks: u32,
}

impl Read {
    /// Whether what came is what was sent.
    pub fn is_whole(&self) -> bool {
        self.bodies == BODIES
    }
}

/// All bytes that are sent.
pub fn bytes() -> Vec<u8> {
    BODIES.iter().flat_map(|body| encode(body)).collect()
}

/// Sends the bytes, and pauses so long before byte `n` as `pauses[n]` says. Then closes.
async fn write(mut wire: DuplexStream, pauses: &[Duration]) -> io::Result<()> {
    for (byte, &pause) in bytes().iter().zip(pauses) {
        if !pause.is_zero() {
            sleep(pause).await;
        }
        wire.write_all(&[*byte]).await?;
    }
    Ok(())
}

/// Reads all frames with a tick beside it, on whatever clock the runtime has. The first tick comes after half a period,
/// so that on a virtual clock it falls into a pause of one period, never on its edge.
///
/// # Errors
/// If the writer cannot write: it can.
pub async fn read(version: Version, pauses: &[Duration], period: Duration) -> io::Result<Read> {
    let (near, far) = duplex(64);
    let mut tick = interval_at(Instant::now() + period / 2, period);
    let mut read = Read::default();
    let reading = async {
        // Written out three times, because the three lines in the middle are what the lesson is about.
        match version {
            Version::Forgets => {
                let mut source = far;
                loop {
                    tokio::select! {
                        body = read_frame(&mut source) => match body {
                            Ok(body) => read.bodies.push(body),
                            Err(_) => break,
                        },
                        _ = tick.tick() => read.ticks += 1, // and `read_frame` is dropped
                    }
                }
            }
            Version::Remembers => {
                let mut source = FrameReader::new(far);
                loop {
                    tokio::select! {
                        body = source.next() => match body {
                            Ok(Some(body)) => read.bodies.push(body),
                            Ok(None) | Err(_) => break,
                        },
                        _ = tick.tick() => read.ticks += 1,
                    }
                }
            }
            Version::Tasks => {
                let mut source = spawn_reader(far);
                loop {
                    tokio::select! {
                        body = source.next() => match body {
                            Some(Ok(body)) => read.bodies.push(body),
                            Some(Err(_)) | None => break,
                        },
                        _ = tick.tick() => read.ticks += 1,
                    }
                }
            }
        }
    };
    let (written, ()) = tokio::join!(write(near, pauses), reading);
    written?;
    Ok(read)
}

/// Every way to cut the bytes into pieces, with a tick in each gap: how many ways there are, and in how many the frames
/// came whole.
///
/// # Errors
/// As [`read`].
pub async fn every_cut(version: Version) -> io::Result<(u64, u64)> {
    let gaps = bytes().len() - 1;
    let mut whole = 0;
    for cuts in 0..1_u32 << gaps {
        let pause = |byte: usize| if byte > 0 && cuts >> (byte - 1) & 1 == 1 { PERIOD } else { Duration::ZERO };
        let pauses: Vec<_> = (0..=gaps).map(pause).collect();
        let read = read(version, &pauses, PERIOD).await?;
        assert_eq!(read.ticks, cuts.count_ones(), "a tick falls into each gap");
        whole += u64::from(read.is_whole());
    }
    Ok((1 << gaps, whole))
}

/// Left to luck: so many writers that pause at random, and how many of their messages each version got whole.
///
/// # Errors
/// As [`read`].
pub async fn luck(versions: [Version; 3], runs: usize, seed: u64) -> io::Result<[u32; 3]> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut whole = [0; 3];
    for _ in 0..runs {
        let pauses: Vec<_> = bytes().iter().map(|_| PERIOD * random.u32(0..8) / 20).collect();
        for (version, whole) in versions.into_iter().zip(&mut whole) {
            *whole += u32::from(read(version, &pauses, PERIOD).await?.is_whole());
        }
    }
    Ok(whole)
}

/// The forced loss, move by move.
pub fn forced_schedule() -> Schedule {
    let mut schedule =
        Schedule::new("Forced: a tick in the middle of a frame", &["writer", "reader"], "\"one\" is lost");
    for (who, what) in [
        (0, "0 3 o n"),
        (1, "reads 0 3 o n"),
        (1, "tick: it is dropped"),
        (0, "e 0 3 t w o"),
        (1, "reads e 0 as a length"),
    ] {
        schedule.step(who, what);
    }
    schedule
}
