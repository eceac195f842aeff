//! A connection, from its first byte to its end, and all of them together.
//!
//! This is axum's `serve` with what a service on the open internet needs besides: a limit, an end to those who send
//! nothing or take nothing, and a knife for those who are still there at the deadline.

use super::activity::{Activity, Word};
use super::body::{Answer, Asked};
use super::stream::Stream;
use super::watch::Watch;
use crate::config::RequestLimits;
use crate::metrics::Metrics;
use axum::Router;
use axum::body::Body;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulConnection;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::task::TaskTracker;
use tower::Service;

/// The most bytes of a request's head.
const HEAD: usize = 64 << 10;
/// Requests under way at once on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// How long a connection goes on after the word to stop, so that a request that is on its way is not lost.
const LINGER: Duration = Duration::from_millis(500);
/// How long those that are cut may take to notice.
const CUT: Duration = Duration::from_secs(1);

/// All connections of a service.
#[derive(Debug)]
pub(super) struct Connections {
    router: Router,
    limits: RequestLimits,
    metrics: Arc<Metrics>,
    builder: Builder<TokioExecutor>,
    places: Arc<Semaphore>,
    open: TaskTracker,
    watch: Watch,
}

/// Room for a connection; counted as open until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Connections {
    /// None yet.
    pub(super) fn new(router: Router, limits: RequestLimits, metrics: Arc<Metrics>) -> Connections {
        let mut builder = Builder::new(TokioExecutor::new());
        // No limit on the time of a head, which would be a timer for each request: the watch has one.
        builder.http1().max_buf_size(HEAD);
        let mut two = builder.http2();
        two.timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEAD as u32);
        // What a client may have sent and no handler taken: the memory that a connection can cost.
        two.initial_stream_window_size(128 << 10).initial_connection_window_size(256 << 10).max_send_buf_size(64 << 10);
        let places = Arc::new(Semaphore::new(limits.connections));
        let watch = Watch::new(limits.head, LINGER.min(limits.drain / 4));
        Connections { router, limits, metrics, builder, places, open: TaskTracker::new(), watch }
    }

    /// Waits for room for one more.
    pub(super) async fn place(&self) -> Place {
        Place { _permit: Arc::clone(&self.places).acquire_owned().await.ok() } // nobody closes it
    }

    /// Serves a connection, in the background.
    pub(super) fn serve(&self, tcp: TcpStream, place: Place) {
        drop(tcp.set_nodelay(true)); // slower, but no reason to refuse
        let activity = self.watch.add();
        let stream = Stream::new(tcp, activity.clone(), self.limits.deadline);
        let (router, requests) = (self.router.clone(), activity.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let begun = requests.begin();
            let version = request.version();
            let request = request.map(|body| match body.is_end_stream() {
                true => Body::empty(),
                false => Body::new(Asked::new(body, requests.clone())),
            });
            let answer = router.clone().call(request);
            async move {
                let mut answer = answer.await?;
                if version < Version::HTTP_2 && begun.is_stopping() {
                    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer.map(|body| Answer::new(body, begun)))
            }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let counted = Counted::new(&self.metrics);
        self.open.spawn(async move {
            let _held = (place, counted);
            live(connection, activity).await;
        });
    }

    /// From now on every answer is the last of its connection.
    pub(super) fn stop(&self) {
        self.watch.stop();
    }

    /// Waits until all have ended, and cuts those that have not at `end`. Says how many those were.
    pub(super) async fn finish(&self, end: Instant) -> usize {
        self.open.close();
        if timeout_at(end, self.open.wait()).await.is_ok() {
            return 0;
        }
        let left = self.open.len();
        self.watch.cut();
        // A connection that is cut ends at its next poll. A handler that blocks its thread has none: do not wait.
        drop(timeout(CUT, self.open.wait()).await);
        left
    }
}

/// A connection's life: until the client ends it, or the watch says so, politely, and then not.
async fn live<C>(connection: C, activity: Activity)
where
    C: GracefulConnection<Error: std::fmt::Display>,
{
    let mut connection = pin!(connection);
    let mut finishing = false;
    let ended = poll_fn(|context| {
        match activity.word(context.waker()) {
            Word::Cut => return Poll::Ready(Ok(())),
            Word::Finish if !finishing => {
                finishing = true;
                connection.as_mut().graceful_shutdown();
            }
            Word::Finish | Word::GoOn => {}
        }
        connection.as_mut().poll(context)
    });
    if let Err(error) = ended.await {
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
