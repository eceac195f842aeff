//! How long a request may take, how large it may be, and how many there may be at once.
//!
//! Its body is brought in before it takes a place: a client that sends slowly keeps itself waiting, and nobody else. The
//! place is free again when there is an answer to send; event streams go on without one.

use super::super::problem::{Kind, Problem};
use crate::config::RequestLimits;
use crate::metrics::{Metrics, Refusal};
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

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

    async fn answer(&self, request: Request, next: Next) -> Result<Response, Problem> {
        let end = Instant::now() + self.limits.deadline;
        let brought = timeout_at(end, with_whole_body(request, self.limits.body)).await;
        let request = brought.map_err(|_| Problem::new(Kind::SlowBody, "send it faster"))??;
        let _place = self.places.try_acquire().map_err(|_| {
            self.metrics.refused(Refusal::Busy);
            Problem::new(Kind::Busy, "too many requests are under way")
        })?;
        let answered = timeout_at(end, next.run(request)).await;
        answered.map_err(|_| Problem::new(Kind::Deadline, "there was no answer in time"))
    }
}

/// Holds a request within the limits. Those of whoever watches over the service are answered whatever happens.
pub(in super::super) async fn hold(State(limits): State<Arc<Limits>>, request: Request, next: Next) -> Response {
    if matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics") {
        return next.run(request).await;
    }
    limits.answer(request, next).await.unwrap_or_else(Problem::into_response)
}

async fn with_whole_body(request: Request, most: usize) -> Result<Request, Problem> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let too_large = || Problem::new(Kind::TooLarge, format!("at most {most} bytes are read"));
    // What says that it is too long need not be sent first.
    if request.body().size_hint().lower() > most as u64 {
        return Err(too_large());
    }
    let (parts, body) = request.into_parts();
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::Malformed, "the body broke off"))?;
        if chunk.len() > most - whole.len() {
            return Err(too_large());
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(Request::from_parts(parts, Body::from(whole)))
}
