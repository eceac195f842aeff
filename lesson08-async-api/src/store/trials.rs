//! What the demo and the benches do to a store: many clients, and clients that hang up.

use std::path::Path;
use std::time::Duration;

use common::measure;

use super::{Actor, NewNote, PATIENCE, Server, Store};
use crate::load;
use crate::running::Running;
use crate::service::{App, Limits};

/// How many clients there are.
pub const CLIENTS: usize = 64;

/// 64 clients hang up in the middle of a request; how many of the readers can be had afterwards.
///
/// # Errors
/// If the service cannot be started or reached.
pub async fn left_after_hanging_up(file: &Path, readers: usize) -> anyhow::Result<usize> {
    let actor = Actor::away(file, readers, Duration::from_millis(2), Duration::from_secs(60))?;
    let app = App::new(Store::Actor(actor.clone()), 8);
    let service = Running::service(app.clone(), Limits::default()).await?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(service.client.open("GET /notes/1 HTTP/1.1\r\nhost: here\r\n\r\n").await?);
    }
    while app.requests().0 < CLIENTS as u64 {
        tokio::task::yield_now().await;
    }
    drop(clients);
    let mut guards = Vec::new();
    for _ in 0..readers {
        guards.push(actor.readers().acquire(Duration::from_secs(60)).await?);
    }
    let (left, _) = (guards.len(), guards.clear());
    service.stop().await?;
    Ok(left)
}

/// What 64 clients get of a store, in requests a second and p99 in seconds.
pub async fn measured(store: &Store, length: Duration) -> (f64, f64) {
    let samples = load::closed(CLIENTS, length, || {
        let store = store.clone();
        async move { store.read(1).await.is_ok() }
    });
    let samples = samples.await;
    (load::per_second(&samples), measure::percentile(&load::latencies(&samples), 0.99))
}

/// The same of an embedded store that is so far away, by the number of its readers.
///
/// # Errors
/// If the file cannot be opened.
pub async fn by_size(
    file: &Path,
    distance: Duration,
    sizes: &[usize],
    length: Duration,
) -> anyhow::Result<Vec<(f64, f64)>> {
    let mut results = Vec::new();
    for &size in sizes {
        let store = Store::Actor(Actor::away(file, size, distance, PATIENCE)?);
        results.push(measured(&store, length).await);
        store.close().await;
    }
    Ok(results)
}

/// The same of PostgreSQL, by the number of connections.
///
/// # Errors
/// If it cannot be reached.
pub async fn server_by_size(url: &str, sizes: &[usize], length: Duration) -> anyhow::Result<Vec<(f64, f64)>> {
    let mut results = Vec::new();
    for &size in sizes {
        let schema = format!("lesson08_{}_{size}", std::process::id());
        let store = Store::Server(Server::open(url, &schema, true, size).await?);
        store.create(NewNote { title: "a note".into(), text: String::new() }).await?;
        results.push(measured(&store, length).await);
        store.close().await;
    }
    Ok(results)
}

/// Durable inserts a second from 64 clients.
pub async fn inserts(store: &Store, length: Duration) -> f64 {
    let samples = load::closed(CLIENTS, length, || {
        let store = store.clone();
        async move { store.create(NewNote { title: "a note".into(), text: "x".repeat(100) }).await.is_ok() }
    });
    load::per_second(&samples.await)
}
