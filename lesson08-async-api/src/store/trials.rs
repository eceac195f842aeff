//! What the demo and the benches do to a store: many clients, and clients that hang up.

use std::path::Path;
use std::time::Duration;

use common::measure;

use super::{Actor, NewNote, Store};
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

/// Durable inserts a second from 64 clients.
pub async fn inserts(store: &Store, length: Duration) -> f64 {
    let samples = load::closed(CLIENTS, length, || {
        let store = store.clone();
        async move { store.create(NewNote { title: "a note".into(), text: "x".repeat(100) }).await.is_ok() }
    });
    load::per_second(&samples.await)
}
