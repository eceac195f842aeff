//! A server of the tests' own routes, and clients that speak HTTP by hand.

use async_api::config::{RequestLimits, Settings};
use async_api::metrics::Metrics;
use async_api::service::{Ended, serve};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use futures::stream;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, yield_now};
use tokio_util::sync::CancellationToken;

/// Runs a test, and fails it if it hangs.
pub fn test(work: impl Future<Output = ()> + Send + 'static) {
    common::within(Duration::from_secs(120), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(work);
    });
}

/// Limits that no test runs into by itself.
pub fn limits() -> RequestLimits {
    let long = Duration::from_secs(3600); // longer than a test may take
    RequestLimits { deadline: long, head: long, drain: long, ..Settings::default().requests }
}

/// What the test's handlers wait for and tell.
#[derive(Debug, Clone)]
pub struct Gate {
    /// A permit for each request that has arrived at `/gate`.
    pub arrived: Arc<Semaphore>,
    /// A permit lets one of them go on.
    pub open: Arc<Semaphore>,
    /// How many requests `/count` has begun with.
    pub begun: Arc<AtomicUsize>,
}

/// A server under way.
pub struct Server {
    pub address: SocketAddr,
    pub gate: Gate,
    pub metrics: Arc<Metrics>,
    pub stop: CancellationToken,
    pub ended: JoinHandle<Ended>,
}

impl Server {
    pub async fn start(limits: RequestLimits) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let closed = || Arc::new(Semaphore::new(0));
        let gate = Gate { arrived: closed(), open: closed(), begun: Arc::default() };
        let (metrics, stop) = (Arc::new(Metrics::default()), CancellationToken::new());
        let routes = routes(gate.clone(), limits.body);
        let asked = stop.clone().cancelled_owned();
        let ended =
            tokio::spawn(serve(listener, routes, limits, Arc::clone(&metrics), CancellationToken::new(), asked));
        Server { address, gate, metrics, stop, ended }
    }

    pub async fn connect(&self) -> Client {
        Client(BufReader::new(TcpStream::connect(self.address).await.unwrap()))
    }

    /// Waits until so many requests have arrived at `/gate`.
    pub async fn arrived(&self, requests: u32) {
        self.gate.arrived.acquire_many(requests).await.unwrap().forget();
    }

    pub fn open_connections(&self) -> usize {
        let text = self.metrics.render(&[]);
        let line = text.lines().find_map(|line| line.strip_prefix("async_api_open_connections ")).unwrap();
        line.parse().unwrap()
    }

    /// Waits until so many connections are open.
    pub async fn until_open(&self, connections: usize) {
        while self.open_connections() != connections {
            yield_now().await;
        }
    }

    pub async fn stop(self) -> Ended {
        self.stop.cancel();
        self.ended.await.unwrap()
    }
}

fn routes(gate: Gate, body: usize) -> Router {
    Router::new()
        .route("/", get(|| async { "here" }))
        .route("/gate", get(wait))
        .route("/count", get(count))
        .route("/body", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/large", get(|| async { vec![b'x'; LARGE] }))
        .route("/endless", get(|| async { Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()) }))
        .layer(DefaultBodyLimit::max(body))
        .with_state(gate)
}

/// The length of `/large`: more than the system buffers.
pub const LARGE: usize = 32 << 20;

async fn wait(State(gate): State<Gate>) -> &'static str {
    gate.arrived.add_permits(1);
    gate.open.acquire().await.unwrap().forget();
    "went on"
}

async fn count(State(gate): State<Gate>) -> &'static str {
    gate.begun.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(2)).await; // work
    "counted"
}

/// A connection, and what has been read of it.
pub struct Client(pub BufReader<TcpStream>);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub closes: bool,
    pub body: String,
}

impl Client {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    pub async fn ask(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
        self.answer().await.unwrap()
    }

    /// Begins a request and never ends it. The service has it, and waits for the rest: it says so.
    pub async fn stall(&mut self) {
        let head = "POST /v1/audits HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
        self.send(head).await;
        assert_eq!(self.answer().await.unwrap().status, 100);
    }

    /// Reads an answer whole. None if the connection ends before it.
    pub async fn answer(&mut self) -> Option<Answer> {
        let (mut status, mut closes, mut length) = (None, false, 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_ascii_lowercase();
            match (status, line.split_once(": ")) {
                (None, _) => status = Some(line.split(' ').nth(1)?.parse().ok()?),
                (_, Some(("connection", value))) => closes = value == "close",
                (_, Some(("content-length", value))) => length = value.parse().ok()?,
                _ if line.is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.ok()?;
        Some(Answer { status: status?, closes, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Waits until the server ends the connection. What it still says is not read.
    pub async fn ended(&mut self) {
        let mut rest = vec![0; 1 << 16];
        while self.0.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }
}
