//! A connection, from its first byte to its end, and all of them together.
//!
//! This is axum's `serve` with what a service on the open internet needs besides: a limit, an end to those who send
//! nothing or take nothing, and a knife for those who are still there at the deadline.

use super::activity::Activity;
use super::body::{Answer, Asked};
use super::stream::Stream;
use crate::config::RequestLimits;
use crate::metrics::Metrics;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulConnection;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// The most bytes of a request's head.
const HEAD: usize = 64 << 10;
/// Requests under way at once on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// How long a connection goes on after the word to stop, so that a request that is on its way is not lost.
const LINGER: Duration = Duration::from_millis(500);
/// How long it may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// All connections of a service.
#[derive(Debug)]
pub(super) struct Connections {
    router: Router,
    limits: RequestLimits,
    metrics: Arc<Metrics>,
    builder: Builder<TokioExecutor>,
    places: Arc<Semaphore>,
    open: TaskTracker,
    stopping: CancellationToken,
    cut: CancellationToken,
}

/// Room for a connection; counted as open until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Connections {
    /// None yet. `stopping` is cancelled when the service is asked to stop.
    pub(super) fn new(
        router: Router,
        limits: RequestLimits,
        metrics: Arc<Metrics>,
        stopping: CancellationToken,
    ) -> Connections {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD);
        let mut two = builder.http2();
        two.timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEAD as u32);
        // What a client may have sent and no handler taken: the memory that a connection can cost.
        two.initial_stream_window_size(128 << 10).initial_connection_window_size(256 << 10).max_send_buf_size(64 << 10);
        let places = Arc::new(Semaphore::new(limits.connections));
        let (open, cut) = (TaskTracker::new(), CancellationToken::new());
        Connections { router, limits, metrics, builder, places, open, stopping, cut }
    }

    /// Waits for room for one more.
    pub(super) async fn place(&self) -> Place {
        Place { _permit: Arc::clone(&self.places).acquire_owned().await.ok() } // nobody closes it
    }

    /// Serves a connection, in the background.
    pub(super) fn serve(&self, tcp: TcpStream, peer: SocketAddr, place: Place) {
        drop(tcp.set_nodelay(true)); // slower, but no reason to refuse
        let activity = Activity::new();
        let stream = Stream::new(tcp, activity.clone(), self.limits.deadline);
        let (router, stopping, requests) = (self.router.clone(), self.stopping.clone(), activity.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let begun = requests.begin();
            let mut request = request.map(|body| Body::new(Asked::new(body, requests.clone())));
            request.extensions_mut().insert(ConnectInfo(peer));
            let (close, stopping) = (request.version() < Version::HTTP_2, stopping.clone());
            let answer = router.clone().oneshot(request);
            async move {
                let mut answer = answer.await?;
                if close && stopping.is_cancelled() {
                    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer.map(|body| Answer::new(body, begun)))
            }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let (stopping, cut, head) = (self.stopping.clone(), self.cut.clone(), self.limits.head);
        let linger = LINGER.min(self.limits.drain / 4);
        let counted = Counted::new(&self.metrics);
        self.open.spawn(async move {
            let _held = (place, counted);
            let asked = async {
                stopping.cancelled().await;
                sleep(linger).await;
            };
            tokio::select! {
                biased;
                () = cut.cancelled() => {}
                () = live(connection, &activity, head, asked) => {}
            }
        });
    }

    /// Waits until all have ended, and cuts those that have not at `end`. Says how many those were.
    pub(super) async fn finish(&self, end: Instant) -> usize {
        self.open.close();
        if timeout_at(end, self.open.wait()).await.is_ok() {
            return 0;
        }
        let left = self.open.len();
        self.cut.cancel();
        // A connection that is cut ends at its next poll. A handler that blocks its thread has none: do not wait.
        drop(timeout(GOODBYE, self.open.wait()).await);
        left
    }
}

/// A connection's life: until the client ends it, or it idles, or `asked` is ready; then politely, and then not.
///
/// hyper's own limit on the head begins only when it knows the version, which a client may never let it know; and
/// HTTP/2 has none for idling.
async fn live<C>(connection: C, activity: &Activity, head: Duration, asked: impl Future<Output = ()>)
where
    C: GracefulConnection<Error: std::fmt::Display>,
{
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = activity.idle(head) => None,
        () = asked => None,
    };
    let ended = if let Some(ended) = ended {
        Some(ended)
    } else {
        connection.as_mut().graceful_shutdown();
        let patience = async {
            sleep(GOODBYE).await;
            activity.idle(head).await;
        };
        tokio::select! {
            ended = connection => Some(ended),
            () = patience => None,
        }
    };
    if let Some(Err(error)) = ended {
        tracing::debug!(%error, "a connection ended badly");
    }
}

/// Counts a connection for as long as it is there.
struct Counted(Arc<Metrics>);

impl Counted {
    fn new(metrics: &Arc<Metrics>) -> Counted {
        metrics.connections(1);
        Counted(Arc::clone(metrics))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.connections(-1);
    }
}
