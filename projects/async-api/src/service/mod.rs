//! From the first connection to the last.
//!
//! Stopping goes in the opposite order of starting, and each part has what it needs until it is done: no new
//! connections, event streams end, requests are answered while workers give up what they do, the store is closed. One
//! deadline is over it all.

mod activity;
mod body;
mod connections;
mod files;
mod listener;
mod start;
mod stream;
mod watch;

pub use start::{ENVIRONMENT, check, open};

use crate::audit::images::Images;
use crate::config::{RequestLimits, Settings};
use crate::cpu::Bounded;
use crate::http::{App, router};
use crate::jobs::Workers;
use crate::metrics::Metrics;
use crate::store::Store;
use anyhow::Context;
use axum::Router;
use connections::Connections;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// How long the store may take to close, past the deadline.
const CLOSING: Duration = Duration::from_secs(5);

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Ended {
    /// Connections that were cut off at the deadline.
    pub cut: usize,
}

/// A service that has all that it needs, and has met nobody yet.
#[derive(Debug)]
pub struct Service {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
    workers: Workers,
}

/// Opens the store, starts the workers, serves until `shutdown` is ready, and stops in order.
///
/// # Errors
/// If something that it needs cannot be had at the start.
pub async fn run(
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<Ended> {
    Ok(Service::start(listener, settings).await?.run(shutdown).await)
}

impl Service {
    /// Opens the store and starts the workers. Whoever connects meanwhile waits.
    ///
    /// # Errors
    /// If something that it needs cannot be had.
    pub async fn start(listener: TcpListener, mut settings: Settings) -> anyhow::Result<Service> {
        let address = listener.local_addr().context("the listener has no address")?;
        settings.requests.connections = files::affordable(settings.requests.connections);
        let store = open(&settings.database).await?;
        match Service::on(store.clone(), listener, address, settings).await {
            Ok(service) => Ok(service),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    async fn on(
        store: Store,
        listener: TcpListener,
        address: SocketAddr,
        settings: Settings,
    ) -> anyhow::Result<Service> {
        start::keys(&store, &settings, address).await?;
        let settings = Arc::new(settings);
        let metrics = Arc::new(Metrics::default());
        let cpu = Bounded::new(settings.cpu).context("no threads for images and PDF")?;
        let images = Images::new(&settings.audits)?;
        let workers = Workers::start(store.clone(), Arc::clone(&settings), Arc::clone(&metrics))?;
        let app = App { store, settings, cpu, images, metrics, stopping: CancellationToken::new() };
        Ok(Service { listener, address, app, workers })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, and stops in order.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Ended {
        let Service { listener, app, workers, .. } = self;
        let App { store, settings, metrics, stopping, .. } = app.clone();
        let serving = Serving::new(router(app), settings.requests, metrics, stopping);
        let end = serving.until(listener, shutdown).await;
        tracing::info!("stopping");
        // Side by side, so that a client who will not go leaves the workers their time.
        let (cut, ()) = tokio::join!(serving.finish(end), workers.finish(end));
        if timeout(CLOSING.max(end - Instant::now()), store.close()).await.is_err() {
            tracing::error!("the store did not close in time");
        }
        tracing::info!(cut, "stopped");
        Ended { cut }
    }
}

/// Serves a router of any kind: what [`Service::run`] does, without store and workers.
///
/// `stopping` is cancelled when `shutdown` is ready.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: RequestLimits,
    metrics: Arc<Metrics>,
    stopping: CancellationToken,
    shutdown: impl Future<Output = ()>,
) -> Ended {
    let serving = Serving::new(router, limits, metrics, stopping);
    let end = serving.until(listener, shutdown).await;
    Ended { cut: serving.finish(end).await }
}

struct Serving {
    connections: Connections,
    stopping: CancellationToken,
    drain: Duration,
}

impl Serving {
    fn new(router: Router, limits: RequestLimits, metrics: Arc<Metrics>, stopping: CancellationToken) -> Serving {
        let connections = Connections::new(router, limits, metrics);
        Serving { connections, stopping, drain: limits.drain }
    }

    /// Lets connections in until `shutdown`. Returns when everything must have ended.
    async fn until(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Instant {
        let asked = async {
            shutdown.await;
            self.connections.stop();
            self.stopping.cancel();
            Instant::now() + self.drain
        };
        let (end, ()) = tokio::join!(asked, listener::accept(&listener, &self.connections, &self.stopping));
        end // the listener is closed here
    }

    async fn finish(&self, end: Instant) -> usize {
        self.connections.finish(end).await
    }
}
