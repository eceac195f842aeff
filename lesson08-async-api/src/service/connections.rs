//! The listener: so many connections at once, and all of them can be cut off.
//!
//! axum's own has neither. Without a limit, connections use up the process's file descriptors, and then it cannot even
//! open its database.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A listener with a limit and a knife.
#[derive(Debug)]
pub struct Connections {
    listener: TcpListener,
    places: Arc<Semaphore>,
    most: usize,
    cut: CancellationToken,
}

/// How many connections are open.
#[derive(Debug, Clone)]
pub struct Open {
    places: Arc<Semaphore>,
    most: usize,
}

impl Open {
    /// How many there are now.
    pub fn count(&self) -> usize {
        self.most - self.places.available_permits()
    }
}

impl Connections {
    /// Accepts from this listener, at most so many at once.
    pub fn new(listener: TcpListener, most: usize) -> Self {
        Connections { listener, places: Arc::new(Semaphore::new(most)), most, cut: CancellationToken::new() }
    }

    /// Cancelled, it ends every connection at once.
    pub fn cut(&self) -> CancellationToken {
        self.cut.clone()
    }

    /// A count of the open connections.
    pub fn open(&self) -> Open {
        Open { places: Arc::clone(&self.places), most: self.most }
    }
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // Room first, then accept: who does not fit waits in the system's queue and not in our memory.
        let place = Arc::clone(&self.places).acquire_owned().await.expect("nobody closes it");
        let mut pause = Duration::from_millis(5);
        loop {
            match self.listener.accept().await {
                Ok((stream, from)) => {
                    drop(stream.set_nodelay(true)); // slower, but no reason to refuse
                    let cut = Box::pin(self.cut.clone().cancelled_owned());
                    return (Connection { stream, cut, _place: place }, from);
                }
                // No file descriptors left, say: asking again at once would only burn a core.
                Err(_) => sleep(pause).await,
            }
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that fails, in both directions, once it is cut.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn unless_cut<T>(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        // Polled each time, so that whoever waits for the other side is woken by the knife as well.
        if self.cut.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        poll(Pin::new(&mut self.stream), context)
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.unless_cut(context, |stream, context| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.unless_cut(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unless_cut(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unless_cut(context, AsyncWrite::poll_shutdown)
    }
}
