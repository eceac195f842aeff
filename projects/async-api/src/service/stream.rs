//! A connection's bytes, for a client that takes what it asked for.

use super::activity::Activity;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// How long the rest of a body is read and thrown away after the answer. A system that is sent more than it takes
/// resets the connection, and then the client may never see that its body was too long.
const REST: Duration = Duration::from_secs(2);

/// A stream that fails once the other side has taken nothing for too long. Without that, a client that asks for much
/// and reads nothing keeps its answer in our memory for ever.
#[derive(Debug)]
pub(super) struct Stream {
    tcp: TcpStream,
    activity: Activity,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    closing: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    /// With so much patience.
    pub(super) fn new(tcp: TcpStream, activity: Activity, patience: Duration) -> Stream {
        Stream { tcp, activity, patience, stalled: None, closing: None }
    }

    fn unless_stalled(&mut self, context: &mut Context<'_>, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if wrote.is_ready() {
            self.stalled = None;
            self.activity.taken();
            return wrote;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        stalled.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Ready when the other side has sent the last, or has had its time.
    fn throw_away(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.closing.as_mut().is_none_or(|closing| closing.as_mut().poll(context).is_ready()) {
            return Poll::Ready(());
        }
        let mut rest = [0; 4096];
        loop {
            let mut rest = ReadBuf::new(&mut rest);
            let read = ready!(Pin::new(&mut self.tcp).poll_read(context, &mut rest));
            if read.is_err() || rest.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.tcp).poll_write(context, bytes);
        self.unless_stalled(context, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.tcp).poll_write_vectored(context, bytes);
        self.unless_stalled(context, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            ready!(Pin::new(&mut self.tcp).poll_shutdown(context))?;
            if !self.activity.is_unread() {
                return Poll::Ready(Ok(()));
            }
            self.closing = Some(Box::pin(sleep(REST)));
        }
        self.throw_away(context).map(Ok)
    }
}
