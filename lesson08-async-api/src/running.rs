//! A service that runs beside the demo or the test that asks it, on a port of the system's choice.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::service::{App, Limits, Report, run};

/// A service under way. `T` is what it returns in the end.
#[derive(Debug)]
pub struct Running<T> {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whom to ask.
    pub client: Client,
    stop: CancellationToken,
    served: JoinHandle<io::Result<T>>,
}

async fn listen() -> anyhow::Result<(TcpListener, SocketAddr, Client)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((listener, address, Client::new(format!("http://{address}"))?))
}

impl Running<Report> {
    /// Starts the lesson's service.
    ///
    /// # Errors
    /// If there is no port to be had.
    pub async fn service(app: App, limits: Limits) -> anyhow::Result<Self> {
        let (listener, address, client) = listen().await?;
        let stop = CancellationToken::new();
        let served = tokio::spawn(run(listener, app, stop.clone().cancelled_owned(), limits));
        Ok(Running { address, client, stop, served })
    }
}

impl Running<()> {
    /// Starts a service of these routes.
    ///
    /// # Errors
    /// If there is no port to be had.
    pub async fn routes(router: Router) -> anyhow::Result<Self> {
        let (listener, address, client) = listen().await?;
        let stop = CancellationToken::new();
        let asked = stop.clone().cancelled_owned();
        let served = tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(asked).into_future());
        Ok(Running { address, client, stop, served })
    }
}

impl<T> Running<T> {
    /// Asks it to stop, and returns at once.
    pub fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    /// Asks it to stop, and waits for the end.
    ///
    /// # Errors
    /// The service's own.
    pub async fn stop(self) -> anyhow::Result<T> {
        self.stop.cancel();
        Ok(self.served.await??)
    }
}
