//! Every request has an id, a line in the log and a place in the numbers, however it ends.

use super::super::problem::Problem;
use super::is_probe;
use crate::metrics::Metrics;
use axum::extract::{MatchedPath, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::Response;
use std::time::Duration;
use tokio::time::Instant;
use tracing::Level;

/// The header with the id.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that we take over from a client.
const LONGEST: usize = 64;

/// By what a request is found in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct RequestId(HeaderValue);

impl RequestId {
    /// The client's, if it is one that does no harm in a log; else a new one.
    fn of(headers: &HeaderMap) -> RequestId {
        let sane =
            |id: &&HeaderValue| (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
        RequestId(headers.get(HEADER).filter(sane).cloned().unwrap_or_else(random))
    }

    /// As a text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }
}

/// 32 digits. They need not be hard to guess, only different.
fn random() -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(fastrand::u128(..).to_le_bytes()) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("-")) // digits are a header
}

/// A request, from its head to the head of its answer.
pub(super) struct Observed {
    begun: Instant,
    id: RequestId,
    method: Method,
    route: Option<MatchedPath>,
}

impl Observed {
    /// Begins.
    pub fn new(request: &Request) -> Observed {
        let (begun, id) = (Instant::now(), RequestId::of(request.headers()));
        Observed { begun, id, method: request.method().clone(), route: request.extensions().get().cloned() }
    }

    /// When it began.
    pub fn begun(&self) -> Instant {
        self.begun
    }

    /// Ends: what only is known here is written into the answer, and the answer into the log and the numbers.
    pub fn finish(self, response: &mut Response, metrics: &Metrics) {
        let problem = response.extensions_mut().remove::<Problem>();
        if let Some(problem) = &problem {
            response.headers_mut().remove(CONTENT_LENGTH);
            *response.body_mut() = problem.body(&self.id);
        }
        let (status, took) = (response.status().as_u16(), self.begun.elapsed());
        metrics.answered(self.method.as_str(), self.route(), status, took);
        self.log(status, took, problem.as_ref().and_then(Problem::cause));
        response.headers_mut().insert(HEADER, self.id.0);
    }

    /// All of it in one line. Of the URL only the route is written down: queries and headers may have secrets in them.
    fn log(&self, status: u16, took: Duration, cause: Option<&str>) {
        let (id, method, route) = (self.id.as_str(), self.method.as_str(), self.route());
        let ms = took.as_micros() as f64 / 1000.0;
        macro_rules! line {
            ($level:ident) => {
                tracing::event!(Level::$level, %id, %method, %route, status, ms, cause, "answered")
            };
        }
        match status {
            500 => line!(ERROR),
            501.. => line!(WARN),
            // Whoever watches over the service asks all the time.
            _ if is_probe(route) => line!(DEBUG),
            _ => line!(INFO),
        }
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("none", MatchedPath::as_str)
    }
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
