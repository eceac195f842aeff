//! A closed loop: each client sends its next request when it has the answer to the last.

use anyhow::{Context, Result, bail, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a load has seen.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub requests: u64,
    pub seconds: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, address: SocketAddr, body: &str) -> Vec<u8> {
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let length = if method == "GET" { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n{kind}{length}\r\n{body}").into_bytes()
}

/// Sends for this long over so many connections. Any answer but the expected status is an error.
pub async fn run(address: SocketAddr, request: Vec<u8>, status: u16, clients: usize, time: Duration) -> Result<Seen> {
    let request = Arc::new(request);
    let begin = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let request = Arc::clone(&request);
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                let (mut times, mut buffer) = (Vec::new(), Vec::new());
                while begin.elapsed() < time {
                    let sent = Instant::now();
                    stream.write_all(&request).await?;
                    let answer = read_answer(&mut stream, &mut buffer).await?;
                    ensure!(answer == status, "answered {answer}, not {status}: {}", String::from_utf8_lossy(&buffer));
                    times.push(sent.elapsed().as_secs_f64() * 1000.0);
                }
                Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let seconds = begin.elapsed().as_secs_f64();
    let at = |share| common::measure::percentile(&times, share);
    Ok(Seen { requests: times.len() as u64, seconds, p50: at(0.5), p99: at(0.99) })
}

/// Reads one answer whole, leaves it in `buffer`, and gives its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<u16> {
    buffer.clear();
    let mut wanted = None;
    loop {
        if let Some(wanted) = wanted
            && buffer.len() >= wanted
        {
            return std::str::from_utf8(&buffer[9..12])?.parse().context("a status");
        }
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server hung up");
        }
        if wanted.is_none()
            && let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n")
        {
            let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            wanted = Some(end + 4 + length.map_or(Ok(0), |length| length.trim().parse::<usize>())?);
        }
    }
}
