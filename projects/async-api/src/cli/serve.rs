//! `serve`.

use super::{print, signals};
use crate::telemetry;
use anyhow::Context;
use async_api::config::Loaded;
use async_api::service::Service;
use tokio::net::TcpListener;

/// Serves until it is asked to stop. Its address is its only line on the standard output.
pub(super) async fn serve(loaded: Loaded) -> anyhow::Result<()> {
    let log = telemetry::start(&loaded.log).context("cannot begin the log")?;
    let asked = signals::asked_to_stop(log.lines()).context("cannot listen to signals")?;
    let settings = loaded.settings;
    let listener = TcpListener::bind(settings.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", settings.listen))?;
    let (database, keys) = (settings.database.to_string(), settings.keys);
    let service = Service::start(listener, settings).await?;
    let address = service.address();
    tracing::info!(%address, database, keys, version = env!("CARGO_PKG_VERSION"), "listening");
    print::result(&format!("http://{address}\n"))?;
    service.run(asked).await;
    Ok(())
}
