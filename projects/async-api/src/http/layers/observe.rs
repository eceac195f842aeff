//! Every request has an id, a line in the log and a place in the numbers, however it ends.

use super::super::problem::{Kind, Problem};
use crate::metrics::Metrics;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// The header with the id.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that we take over from a client.
const LONGEST: usize = 64;

/// By what a request is found in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct RequestId(HeaderValue);

impl RequestId {
    /// The client's, if it is one that does no harm in a log; else a new one.
    pub fn of(headers: &HeaderMap) -> RequestId {
        let sane =
            |id: &&HeaderValue| (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
        let id = headers.get(HEADER).filter(sane).cloned();
        // 32 digits are a header.
        let new =
            || HeaderValue::try_from(format!("{:032x}", fastrand::u128(..))).unwrap_or(HeaderValue::from_static("-"));
        RequestId(id.unwrap_or_else(new))
    }

    /// As a text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }
}

/// Sees the request in and the answer out. Of the URL only the route is written down: queries and headers may have
/// secrets in them.
pub(in super::super) async fn observe(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = RequestId::of(request.headers());
    let (method, route) = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", id = id.as_str(), %method, route);
    let ran = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let entered = span.enter();
    let mut response = ran.unwrap_or_else(|panic| panicked(panic.as_ref()).into_response());
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response.headers_mut().remove(CONTENT_LENGTH);
        *response.body_mut() = problem.body(&id);
    }
    response.headers_mut().insert(HEADER, id.0.clone());
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    metrics.answered(method.as_str(), route, status, took);
    let ms = took.as_micros() as f64 / 1000.0;
    if status >= 500 {
        tracing::warn!(status, ms, "answered");
    } else {
        tracing::info!(status, ms, "answered");
    }
    drop(entered);
    response
}

fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("?"), "a handler panicked");
    Problem::new(Kind::Internal, "the log says more, by the id of this request")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(sent: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_bytes(sent).unwrap());
        RequestId::of(&headers).as_str().to_owned()
    }

    #[test]
    fn an_id_is_taken_over_if_it_does_no_harm() {
        let long = "x".repeat(64);
        for sane in ["1", "a/b:c-d", &long] {
            assert_eq!(id(sane.as_bytes()), sane);
        }
        for wrong in ["", "a b", "a\tb", &format!("{long}x"), "\u{e4}"] {
            let new = id(wrong.as_bytes());
            assert!(new.len() == 32 && new.bytes().all(|byte| byte.is_ascii_hexdigit()), "{wrong:?} {new}");
        }
        let none = HeaderMap::new();
        assert_ne!(RequestId::of(&none), RequestId::of(&none));
    }
}
