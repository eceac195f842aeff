//! A shop whose tasks wait at a gate: what the demo's handlers do can be counted, whatever the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{Background, Counts};
use crate::running::Running;
use crate::service::Error;

/// The handlers of a shop: the demo's.
pub type Routes = fn(Shop) -> Router;

/// What the demo's handlers share: the room, a gate that the tasks wait at, and what was counted.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The room.
    pub background: Background,
    /// What the tasks wait at.
    pub gate: Arc<Semaphore>,
    /// How many have begun.
    pub begun: Arc<AtomicU64>,
    /// How many have come to their end.
    pub ended: Arc<AtomicU64>,
}

impl Shop {
    /// A shop with a closed gate.
    pub fn new(places: usize) -> Self {
        let gate = Arc::new(Semaphore::new(0));
        Shop { background: Background::new(places), gate, begun: Arc::default(), ended: Arc::default() }
    }

    /// Work that takes as long as the gate is closed.
    ///
    /// # Errors
    /// Never.
    pub async fn work(self) -> Result<(), Error> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let opened = self.gate.acquire().await.is_ok();
        self.ended.fetch_add(u64::from(opened), Ordering::Relaxed);
        Ok(())
    }
}

/// Sends orders while no task can end: who got 202 before any work was done, who 503 with a time to come back; and
/// how many were done once the gate was open.
///
/// # Errors
/// If the service cannot be reached.
pub async fn orders(routes: Routes, places: usize, orders: usize) -> anyhow::Result<(usize, usize, Counts)> {
    let shop = Shop::new(places);
    let service = Running::routes(routes(shop.clone())).await?;
    let [mut accepted, mut refused] = [0; 2];
    for _ in 0..orders {
        let reply = service.client.post("/orders", &json!({})).await?;
        accepted += usize::from(reply.status == 202 && shop.background.counts() == Counts::default());
        refused += usize::from(reply.status == 503 && reply.retry_after() == "1");
    }
    shop.gate.add_permits(orders);
    let counts = shop.background.finish(Instant::now() + Duration::from_secs(60)).await;
    service.stop().await?;
    Ok((accepted, refused, counts))
}

/// Two tasks fail. What is known of it, and whether the service still answers.
///
/// # Errors
/// If the service cannot be reached.
pub async fn failures(routes: Routes) -> anyhow::Result<(Vec<String>, u16)> {
    let shop = Shop::new(4);
    let service = Running::routes(routes(shop.clone())).await?;
    std::panic::set_hook(Box::new(|_| {})); // it panics on purpose; the message would be in the way
    service.client.post("/broken", &json!({})).await?;
    while shop.background.counts().failed < 2 {
        tokio::task::yield_now().await;
    }
    drop(std::panic::take_hook());
    let still = service.client.post("/orders", &json!({})).await?.status;
    shop.gate.add_permits(1);
    service.stop().await?;
    let mut failures = shop.background.failures();
    failures.sort();
    Ok((failures, still))
}

/// A client hangs up while the handler waits for its task: how many of the tasks came to their end.
///
/// # Errors
/// If the service cannot be reached.
pub async fn after_hanging_up(routes: Routes, path: &str) -> anyhow::Result<u64> {
    let shop = Shop::new(4);
    let service = Running::routes(routes(shop.clone())).await?;
    let request = service.client.open(&format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n")).await?;
    while shop.begun.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    drop(request);
    service.stop().await?; // every connection is over, and with it its handler
    shop.gate.add_permits(1);
    // Whoever still holds the shop is a task that has not ended, or the routes of a service that is gone.
    while Arc::strong_count(&shop.ended) > 1 {
        tokio::task::yield_now().await;
    }
    Ok(shop.ended.load(Ordering::Relaxed))
}
