//! The rows of the service as a whole, each over HTTP.

use crate::durable::audit;
use crate::load::{self, Seen};
use crate::process::Server;
use crate::table::Table;
use crate::{CLIENTS, ROUNDS, python_script};
use anyhow::{Context, Result};
use async_api::cpu::thumbnail::thumbnail;
use async_api::model::{AuditId, Counts, Detail, Finding};
use async_api::store::{Outcome, Store};
use common::Scratch;
use common::postgres::Cluster;
use std::env;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

const WARM: Duration = Duration::from_millis(500);
const BURST: Duration = Duration::from_secs(2);
/// Findings of the audit whose PDF keeps the cores busy.
const FINDINGS: u64 = 3000;
const BODY: &str = r#"{"url":"https://example.com/","max_pages":100}"#;

/// Where a load goes, and what came of it by round.
struct Row<'a> {
    server: &'a Server,
    request: Vec<u8>,
    status: u16,
    cpu: Vec<f64>,
    seen: Vec<Seen>,
}

impl<'a> Row<'a> {
    fn new(server: &'a Server, method: &str, path: &str, status: u16) -> Row<'a> {
        let body = if method == "POST" { BODY } else { "" };
        let request = load::request(method, path, server.address, body);
        Row { server, request, status, cpu: Vec::new(), seen: Vec::new() }
    }

    /// One round: microseconds of CPU time for each request, from outside.
    async fn round(&mut self) -> Result<()> {
        load::run(self.server.address, self.request.clone(), self.status, CLIENTS, WARM).await?;
        let before = self.server.cpu();
        let seen = load::run(self.server.address, self.request.clone(), self.status, CLIENTS, BURST).await?;
        self.cpu.push((self.server.cpu() - before) * 1e6 / seen.requests as f64);
        self.seen.push(seen);
        Ok(())
    }

    fn of(&self, figure: impl Fn(&Seen) -> f64) -> Vec<f64> {
        self.seen.iter().map(figure).collect()
    }
}

/// All of them.
pub async fn rows(table: &mut Table, cluster: Option<&Cluster>) -> Result<()> {
    let scratch = Scratch::new()?;
    let file = scratch.path().join("bench.db");
    let store = Store::embedded(&file, 1).await?;
    let audit = fill(&store).await?;
    store.close().await;
    let embedded = Server::start(ours(&file.display().to_string(), scratch.path()))?;
    let mut bare = Command::new(env::current_exe()?);
    let bare = Server::start(std::mem::replace(bare.arg("--bare"), Command::new("true")))?;
    let fastapi = cluster.and_then(|cluster| fastapi(cluster).inspect_err(|error| eprintln!("{error:#}")).ok());

    let mut health = Row::new(&embedded, "GET", "/healthz", 200);
    let mut hello = Row::new(&bare, "GET", "/healthz", 200);
    for _ in 0..ROUNDS {
        health.round().await?;
        hello.round().await?;
    }
    table.row("`/healthz`, CPU", "us", "bare hyper", &health.cpu, &hello.cpu, "0.77 (1.3x of hyper)");

    if let (Some(cluster), Some(fastapi)) = (cluster, &fastapi) {
        let theirs = create_one(fastapi).await?;
        let store = Store::postgres(cluster.url(), "bench", 2).await?;
        let there = fill(&store).await?;
        store.close().await;
        let mut command = ours(cluster.url(), scratch.path());
        command.env("ASYNC_API_POSTGRES_SCHEMA", "bench").env("ASYNC_API_POSTGRES_CONNECTIONS", "16");
        let server = Server::start(command)?;
        let path = |id: &str| format!("/v1/audits/{id}");
        for (what, method, ours, peer, goal) in [
            ("read by id, PostgreSQL", "GET", path(&there.to_string()), path(&theirs), "10"),
            ("create, PostgreSQL", "POST", "/v1/audits".to_owned(), "/v1/audits".to_owned(), "9"),
        ] {
            let status = if method == "POST" { 202 } else { 200 };
            let mut ours = Row::new(&server, method, &ours, status);
            let mut peer = Row::new(fastapi, method, &peer, status);
            let mut file = Row::new(&embedded, method, &path(&audit.to_string()), 200);
            for _ in 0..ROUNDS {
                ours.round().await?;
                peer.round().await?;
                if method == "GET" {
                    file.round().await?;
                }
            }
            table.row(&format!("{what}, CPU"), "us", "FastAPI", &ours.cpu, &peer.cpu, goal);
            let time = |seen: &Seen| 1e6 / (seen.requests as f64 / seen.seconds);
            table.row(&format!("{what}, wall"), "us", "FastAPI", &ours.of(time), &peer.of(time), "");
            table.row(&format!("{what}, p50"), "ms", "FastAPI", &ours.of(|s| s.p50), &peer.of(|s| s.p50), "");
            table.row(&format!("{what}, p99"), "ms", "FastAPI", &ours.of(|s| s.p99), &peer.of(|s| s.p99), "");
            if method == "GET" {
                table.row("read by id, embedded, CPU", "us", "FastAPI", &file.cpu, &peer.cpu, "10");
            }
        }
        sleep(Duration::from_secs(2)).await;
        table.row("memory, idle after load", "MB", "FastAPI", &[server.resident()], &[fastapi.resident()], "15 MB");
    }
    busy(table, &embedded, audit).await?;
    hang_up(table, &embedded, audit).await
}

/// Our program, which serves and does no audits.
fn ours(database: &str, data: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_async-api"));
    command
        .env("ASYNC_API_LISTEN", "127.0.0.1:0")
        .env("ASYNC_API_DATABASE", database)
        .env("ASYNC_API_DATA", data)
        .env("ASYNC_API_JOBS_WORKERS", "0")
        .env("ASYNC_API_LOG", "warn");
    command
}

fn fastapi(cluster: &Cluster) -> Result<Server> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    command.arg(python_script("fastapi_peer.py")).arg(cluster.url());
    Server::start(command).context("FastAPI, uvicorn and asyncpg are not all there: their rows are left out")
}

/// An audit that is done, with many findings.
async fn fill(store: &Store) -> Result<AuditId> {
    let new = audit();
    let id = new.id;
    store.create_audit(new, None, None).await?;
    let lease = store.lease("bench", 1, Duration::from_secs(60), 3).await?.first().context("a job")?.lease;
    let findings = (0..FINDINGS).map(|number| {
        let detail = Detail::Slow { total_ms: 2000, first_byte_ms: 1500, bytes: 10_000 };
        Finding { number: 0, kind: detail.kind(), url: format!("https://example.com/pages/{number}"), detail }
    });
    let counts = Counts { pages: FINDINGS, ..Counts::default() };
    store.end(lease, Outcome::Ended { cancelled: false, counts, findings: findings.collect() }).await?;
    Ok(id)
}

/// The id of an audit that the peer has created.
async fn create_one(server: &Server) -> Result<String> {
    let client = reqwest::Client::new();
    let url = format!("http://{}/v1/audits", server.address);
    let answer = client.post(url).header("content-type", "application/json").body(BODY).send().await?;
    let audit: serde_json::Value = serde_json::from_str(&answer.text().await?)?;
    Ok(audit["id"].as_str().context("an id")?.to_owned())
}

/// A probe beside four clients that keep the CPU route busy.
async fn busy(table: &mut Table, server: &Server, audit: AuditId) -> Result<()> {
    let probe = load::request("GET", "/healthz", server.address, "");
    let pdf = load::request("GET", &format!("/v1/audits/{audit}/report.pdf"), server.address, "");
    let (mut alone, mut beside, mut late) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(load::run(server.address, probe.clone(), 200, 1, WARM).await?.p50);
        let busy = tokio::spawn(load::run(server.address, pdf.clone(), 200, 4, BURST));
        let seen = load::run(server.address, probe.clone(), 200, 1, BURST - WARM).await?;
        beside.push(seen.p50);
        late.push(seen.p99);
        busy.await??;
    }
    table.row("`/healthz` beside 4 clients of PDF, p50", "ms", "alone", &beside, &alone, "at most 2 ms");
    table.row("`/healthz` beside 4 clients of PDF, p99", "ms", "", &late, &[], "");
    Ok(())
}

/// CPU time that is used after 32 clients have asked for a PDF and hung up.
async fn hang_up(table: &mut Table, server: &Server, audit: AuditId) -> Result<()> {
    let pdf = load::request("GET", &format!("/v1/audits/{audit}/report.pdf"), server.address, "");
    let mut used = Vec::new();
    for _ in 0..ROUNDS {
        let mut streams = Vec::new();
        for _ in 0..32 {
            let mut stream = TcpStream::connect(server.address).await?;
            stream.write_all(&pdf).await?;
            streams.push(stream);
        }
        sleep(Duration::from_millis(5)).await;
        drop(streams);
        sleep(Duration::from_millis(100)).await; // what was begun is finished
        let before = server.cpu();
        sleep(Duration::from_secs(1)).await;
        used.push((server.cpu() - before) * 1000.0);
    }
    table.row("CPU in the second after 32 clients hung up", "ms", "", &used, &[], "0");
    Ok(())
}

/// One thread, one picture: ours beside Pillow's `Image.thumbnail`.
pub fn thumbnails(table: &mut Table) {
    let picture = picture();
    let scratch = Scratch::new().ok();
    let file = scratch.as_ref().map(|scratch| scratch.path().join("picture.jpg"));
    let written = file.as_ref().is_some_and(|file| std::fs::write(file, &picture).is_ok());
    let pillow = || {
        let file = file.as_ref().filter(|_| written)?;
        let script = python_script("pillow_peer.py");
        let run = common::python::run(&script, &[file.as_os_str()], Duration::from_secs(60)).ok()?;
        Some(run.figure("thumbnail_ms")).filter(|figure| figure.is_finite())
    };
    let ours = || {
        let begin = Instant::now();
        for _ in 0..20 {
            black_box(thumbnail(black_box(&picture), 256).is_ok());
        }
        begin.elapsed().as_secs_f64() * 1000.0 / 20.0
    };
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(ours());
        their_times.extend(pillow());
    }
    table.row("thumbnail of 1600 x 1200, one thread", "ms", "Pillow", &our_times, &their_times, "1");
}

/// A JPEG with something in it: waves and noise, so that it is neither empty nor only noise.
fn picture() -> Vec<u8> {
    const WIDTH: u16 = 1600;
    const HEIGHT: u16 = 1200;
    let mut random = fastrand::Rng::with_seed(1);
    let mut pixels = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let wave = (f32::from(x) / 37.0).sin() * 60.0 + (f32::from(y) / 23.0).cos() * 60.0 + 128.0;
            let noise = f32::from(random.u8(0..16));
            pixels.extend([wave + noise, wave, 255.0 - wave].map(|value| value.clamp(0.0, 255.0) as u8));
        }
    }
    let mut picture = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut picture, 85);
    if encoder.encode(&pixels, WIDTH, HEIGHT, jpeg_encoder::ColorType::Rgb).is_err() {
        picture.clear(); // then the row says so
    }
    picture
}
