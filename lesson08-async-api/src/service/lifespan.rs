//! From the first connection to the last: what FastAPI calls the lifespan.
//!
//! Stopping goes in the opposite order of starting, and each step has what it needs until it is done: no new
//! connections, streams end, requests are answered, what they left behind is finished, the store is closed. One
//! deadline is over all of it.

use std::io;
use std::pin::pin;
use std::time::Duration;

use serde::Serialize;
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout, timeout_at};

use super::connections::Connections;
use super::{App, router};

/// What a service allows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Open connections. More wait in the system's queue.
    pub connections: usize,
    /// From the word to stop until everything is cut off.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connections: 1024, drain: Duration::from_secs(10) }
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Requests that reached a handler.
    pub begun: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Connections that were cut off at the deadline.
    pub cut: usize,
    /// Background tasks that came to their end.
    pub tasks_done: u64,
    /// Background tasks that failed.
    pub tasks_failed: u64,
    /// Background tasks that were cancelled at the deadline.
    pub tasks_cancelled: u64,
    /// What was done, in order.
    pub steps: Vec<&'static str>,
}

/// Serves until `shutdown` is ready, then stops in order.
///
/// # Errors
/// If the listener has no address any more; connections that cannot be accepted are no reason to stop.
pub async fn run(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
    limits: Limits,
) -> io::Result<Report> {
    let connections = Connections::new(listener, limits.connections);
    let (cut, open) = (connections.cut(), connections.open());
    let mut steps = vec!["accepting"];
    let stopping = app.stopping.clone();
    let asked = async move {
        shutdown.await;
        stopping.cancel(); // streams end now, and axum accepts no more
    };
    let serving = axum::serve(connections, router(app.clone())).with_graceful_shutdown(asked);
    let mut serving = pin!(serving.into_future());
    // Without connections it is over at once, and a future that is over must not be polled again.
    let over = tokio::select! {
        ended = &mut serving => ended.map(|()| true)?,
        () = app.stopping.cancelled() => false,
    };
    steps.push("asked to stop");
    let end = Instant::now() + limits.drain;
    let mut left = 0;
    if !over && timeout_at(end, &mut serving).await.is_err() {
        left = open.count();
        cut.cancel();
        // A connection that is cut ends at its next poll. A handler that blocks its thread has none: do not wait.
        drop(timeout(Duration::from_secs(1), &mut serving).await);
    }
    steps.push(if left == 0 { "requests answered" } else { "requests cut off" });
    let tasks = app.background.finish(end).await;
    steps.push(if tasks.cancelled == 0 { "tasks finished" } else { "tasks cancelled" });
    app.store.close().await;
    steps.push("store closed");
    let (begun, answered) = app.requests();
    Ok(Report {
        begun,
        answered,
        cut: left,
        tasks_done: tasks.done,
        tasks_failed: tasks.failed,
        tasks_cancelled: tasks.cancelled,
        steps,
    })
}
