//! A real server that a blocking call stops once, under both kinds of load.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::runtime::Builder;
use tokio::time::sleep;

use super::{Sample, closed, open};
use crate::running::Running;

/// What a closed loop and an open one of `rate` requests a second see in `length`, if the server's one thread stands still
/// for `stall` after `begin`.
///
/// # Errors
/// If the server cannot be started or stopped.
pub fn in_both_ways(rate: u32, length: Duration, begin: Duration, stall: Duration) -> anyhow::Result<[Vec<Sample>; 2]> {
    let (say, said) = std::sync::mpsc::channel();
    let stop = Arc::new(tokio::sync::Notify::new());
    let stopped = Arc::clone(&stop);
    let server = thread::spawn(move || -> anyhow::Result<()> {
        Builder::new_current_thread().enable_all().build()?.block_on(async {
            let stalling = get(move || async move {
                thread::sleep(stall); // a query without await, a garbage collection, a page of the disk
                "done"
            });
            let routes = Router::new().route("/", get(|| async { "done" })).route("/stall", stalling);
            let running = Running::routes(routes).await?;
            say.send(running.client.clone())?;
            stopped.notified().await;
            running.stop().await
        })
    });
    let client = said.recv()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ask = |path: &'static str| {
        let client = client.clone();
        async move { client.get(path).await.is_ok() }
    };
    let loops = runtime.block_on(async {
        let stop_once = async || {
            sleep(begin).await;
            ask("/stall").await
        };
        let (first, _) = tokio::join!(closed(1, length, || ask("/")), stop_once());
        let (second, _) = tokio::join!(open(rate, length, || ask("/")), stop_once());
        [first, second]
    });
    drop((client, runtime));
    stop.notify_one();
    server.join().map_err(|_| anyhow::anyhow!("the server panicked"))??;
    Ok(loops)
}
