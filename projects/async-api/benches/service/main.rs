//! The service beside its peers: `cargo bench -p async-api`.
//!
//! The peers are bare hyper (a process of its own, without a router), FastAPI with uvicorn and asyncpg on the same
//! PostgreSQL (`fastapi_peer.py`, run by `PYTHON`), a mutex around one SQLite connection, and Pillow. They take turns; a
//! figure is the median of its rounds. What counts first is CPU time per request, which a busy machine changes least.
//! Linux alone says how much CPU another process has used.

#![allow(missing_docs, clippy::print_stdout)]

mod bare;
mod durable;
mod load;
mod process;
mod service;
mod table;

use anyhow::Result;
use common::postgres::Cluster;
use std::env;
use std::path::{Path, PathBuf};

/// Rounds of every row.
const ROUNDS: usize = 5;
/// Connections of the load.
const CLIENTS: usize = 64;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(()); // `cargo test --benches` asks whether it starts
    }
    if arguments.iter().any(|argument| argument == "--bare") {
        return bare::serve();
    }
    if !cfg!(target_os = "linux") {
        println!("Only Linux says how much CPU time another process has used: there is nothing to measure here.");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let cluster = Cluster::start();
    if cluster.is_none() {
        println!("No PostgreSQL here: the rows that need it are left out.");
    }
    let mut table = table::Table::default();
    runtime.block_on(service::rows(&mut table, cluster.as_ref()))?;
    durable::row(&mut table)?;
    service::thumbnails(&mut table);
    table.print();
    Ok(())
}

fn python_script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/service").join(name)
}
