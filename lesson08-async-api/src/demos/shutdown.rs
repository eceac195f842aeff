//! **Claim**: Stopping in order loses nothing that was accepted, and ends.
//!
//! **Python**:
//! ```python
//! uvicorn.run(app, timeout_graceful_shutdown=10)    # None by default: an open event stream keeps it for ever
//! ```
//!
//! **Predict**: A service under load is told to stop, and one client has an event stream open. When is it over?
//!
//! **Try**: Remove `take_until` in `src/service/events.rs`. How long does the end take now, and what is cut off?

#![cfg_attr(not(unix), allow(dead_code, unused_imports))] // without SIGTERM, most of it has no use

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use common::{Figure, Lab, Scratch};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::time::{sleep, timeout};

use super::two_workers;
use crate::child::{End, Service};
use crate::client::Client;

/// Clients that write notes, one after the other, until nobody answers any more.
const WRITERS: usize = 8;
/// How many notes there are to be before the word to stop.
const ENOUGH: usize = 40;

/// Writes notes until the service does not answer: the numbers of those that it has promised to keep.
async fn writer(client: Client, wrote: tokio::sync::mpsc::UnboundedSender<i64>) {
    while let Ok(reply) = client.post("/notes", &json!({"title": "a note", "text": "under load"})).await {
        match reply.json()["id"].as_i64() {
            Some(id) if reply.status == 201 => drop(wrote.send(id)),
            _ => sleep(Duration::from_millis(1)).await, // 503: there is no room just now
        }
    }
}

/// Stops a service under load, with an event stream open.
#[cfg(unix)]
pub async fn under_load(program: &Path, file: &Path) -> anyhow::Result<(End, bool)> {
    let service = Service::start(program, file, "60").await?;
    let mut stream = service.client.open("GET /events HTTP/1.1\r\nhost: here\r\n\r\n").await?;
    let (wrote, mut written) = tokio::sync::mpsc::unbounded_channel();
    let writers: Vec<_> = (0..WRITERS).map(|_| tokio::spawn(writer(service.client.clone(), wrote.clone()))).collect();
    drop(wrote);
    let mut promised = Vec::new();
    while promised.len() < ENOUGH {
        promised.push(written.recv().await.context("no writer got so far")?);
    }
    service.ask_to_stop()?;
    while let Some(id) = written.recv().await {
        promised.push(id);
    }
    for writer in writers {
        writer.await?;
    }
    // The stream has ended as streams do, with its last chunk: it was not cut off.
    let mut events = Vec::new();
    timeout(Duration::from_secs(60), stream.read_to_end(&mut events)).await??;
    promised.sort_unstable();
    Ok((service.end(file, promised).await?, events.ends_with(b"0\r\n\r\n")))
}

/// Stops a service that a client keeps waiting: it has announced a body, and does not send it.
#[cfg(unix)]
pub async fn with_a_client_that_stalls(program: &Path, file: &Path) -> anyhow::Result<End> {
    let service = Service::start(program, file, "0.2").await?;
    let head = "POST /notes HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\
                expect: 100-continue\r\n\r\n";
    let mut stalling = service.client.open(head).await?;
    // Now the service has the request, and waits for the rest of it.
    stalling.read_exact(&mut [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()]).await?;
    service.ask_to_stop()?;
    service.end(file, Vec::new()).await
}

/// Stops one under load, and one that would never end.
#[cfg(unix)]
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let program = std::env::current_exe()?;
    two_workers()?.block_on(async {
        let (end, whole) = under_load(&program, &scratch.path().join("load.db")).await?;
        lab.detail(format!("Its last line: {}", end.report["steps"]));
        let kept = end.promised == end.kept && end.report["begun"] == end.report["answered"] && end.status == Some(0);
        let figures =
            [Figure::count("promised", end.promised.len() as u64), Figure::count("kept", end.kept.len() as u64)];
        lab.prove("SIGTERM under load: nothing is lost", kept, figures);
        lab.prove("an open event stream is ended, not cut", whole && end.report["cut"] == 0, []);
        let end = with_a_client_that_stalls(&program, &scratch.path().join("stall.db")).await?;
        let cut = end.report["cut"] == 1 && end.status == Some(0);
        lab.prove(
            "a client that stalls is cut off",
            cut,
            [Figure::count("cut", end.report["cut"].as_u64().unwrap_or(0))],
        );
        Ok(())
    })
}

/// Without SIGTERM there is nothing to send from outside; `tests/parts` asks the same of a service in this process.
#[cfg(not(unix))]
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    lab.show("This system has no SIGTERM. `-- serve` stops at Ctrl-C in the same order: see src/service/lifespan.rs.");
    Ok(())
}
