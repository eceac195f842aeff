//! How long a request may take, how large it may be, and how many there may be at once.
//!
//! Its body is brought in before it takes a place: a client that sends slowly keeps itself waiting, and nobody else. The
//! place is free again when there is an answer to send; event streams go on without one.

use super::super::problem::{Kind, Problem};
use super::is_probe;
use crate::config::RequestLimits;
use crate::metrics::{Metrics, Refusal};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route;
use futures::StreamExt;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tower::Service;

/// The limits, and the places that are left.
#[derive(Debug)]
pub(in super::super) struct Limits {
    limits: RequestLimits,
    places: Semaphore,
    metrics: Arc<Metrics>,
}

impl Limits {
    /// These, with all places free.
    pub fn new(limits: RequestLimits, metrics: Arc<Metrics>) -> Limits {
        let places = Semaphore::new(limits.concurrent.min(Semaphore::MAX_PERMITS));
        Limits { limits, places, metrics }
    }

    /// Holds a request within the limits. Probes are answered whatever happens.
    ///
    /// # Errors
    /// Which limit it is that the request does not keep.
    pub async fn hold(&self, mut request: Request, begun: Instant, mut route: Route) -> Result<Response, Problem> {
        if is_probe(request.uri().path()) {
            return Ok(always(route.call(request).await));
        }
        let end = begun + self.limits.deadline;
        if !request.body().is_end_stream() {
            let body = std::mem::take(request.body_mut());
            let whole = Box::pin(timeout_at(end, whole(body, self.limits.body)));
            *request.body_mut() = whole.await.map_err(|_| Problem::new(Kind::SlowBody, "send it faster"))??;
        }
        let _place = self.places.try_acquire().map_err(|_| {
            self.metrics.refused(Refusal::Busy);
            Problem::new(Kind::Busy, "too many requests are under way")
        })?;
        let answered = timeout_at(end, route.call(request)).await;
        answered.map(always).map_err(|_| Problem::new(Kind::Deadline, "there was no answer in time"))
    }
}

fn always(answered: Result<Response, Infallible>) -> Response {
    answered.unwrap_or_else(|never| match never {})
}

async fn whole(body: Body, most: usize) -> Result<Body, Problem> {
    let too_large = || Problem::new(Kind::TooLarge, format!("at most {most} bytes are read"));
    // What says that it is too long need not be sent first.
    if body.size_hint().lower() > most as u64 {
        return Err(too_large());
    }
    let mut chunks = body.into_data_stream();
    let mut whole = Bytes::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::Malformed, "the body broke off"))?;
        if chunk.len() > most - whole.len() {
            return Err(too_large());
        }
        // Most come in one piece, which need not be copied.
        whole = if whole.is_empty() { chunk } else { [whole, chunk].concat().into() };
    }
    Ok(Body::from(whole))
}
