//! Who is let in: so many at once, and a pause when the system has no more to give.

use super::connections::Connections;
use futures::FutureExt;
use std::io;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Accepts connections until `stopping`.
pub(super) async fn accept(listener: &TcpListener, connections: &Connections, stopping: &CancellationToken) {
    loop {
        let next = async {
            // Room first, then accept: who does not fit waits in the system's queue and not in our memory.
            let place = connections.place().await;
            (place, next(listener).await)
        };
        let (place, stream) = tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            next = next => next,
        };
        connections.serve(stream, place);
    }
    // The system has let in some that we have not met: they are served as well, and not reset.
    while let Some(place) = connections.place().now_or_never() {
        let Some(Ok((stream, _))) = listener.accept().now_or_never() else {
            break;
        };
        connections.serve(stream, place);
    }
}

async fn next(listener: &TcpListener) -> TcpStream {
    let mut pause = Duration::from_millis(5);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_the_clients(&error) => continue,
            // No file descriptors left, say: asking again at once would only burn a core.
            Err(error) => tracing::warn!(%error, "no connection can be accepted"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// It was gone before we took it: nothing is wrong here.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
