//! What happens to every request before a handler sees it, and to every answer after: [`answer`], from top to bottom.
//!
//! - `observe`: its id, the log, the numbers; a panic becomes an answer, a problem gets its text;
//! - `headers`: what browsers are told about every answer;
//! - `origin`: where there are no keys, a page in somebody's browser must not be able to ask;
//! - `limits`: its body is brought in, then it takes one of the places, and all of that has a deadline.
//!
//! They are one layer and not four, because each layer around a route costs every request a copy of all that is inside
//! of it, and a future on the heap.

mod headers;
mod limits;
pub(super) mod observe;
mod origin;
#[cfg(test)]
mod tests;

use super::problem::Problem;
use crate::config::Settings;
use crate::metrics::Metrics;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use futures::FutureExt;
use limits::Limits;
use observe::Observed;
use origin::Origins;
use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tower::{layer, service_fn};

/// What all requests share.
#[derive(Debug)]
struct Around {
    metrics: Arc<Metrics>,
    origins: Origins,
    limits: Limits,
}

/// Puts it around all routes.
pub(super) fn around(router: Router, settings: &Settings, metrics: &Arc<Metrics>) -> Router {
    let around = Arc::new(Around {
        metrics: Arc::clone(metrics),
        origins: Origins::new(settings),
        limits: Limits::new(settings.requests, Arc::clone(metrics)),
    });
    router.layer(layer::layer_fn(move |route: Route| {
        let around = Arc::clone(&around);
        service_fn(move |request| answer(Arc::clone(&around), request, route.clone()))
    }))
}

/// What this future holds is moved to the heap for each request: what it awaits, it awaits directly, and once.
async fn answer(around: Arc<Around>, request: Request, route: Route) -> Result<Response, Infallible> {
    let observed = Observed::new(&request);
    let private = headers::is_private(&request);
    let ran = match around.origins.check(&request) {
        Err(refused) => Ok(Err(refused)),
        Ok(()) => AssertUnwindSafe(around.limits.hold(request, observed.begun(), route)).catch_unwind().await,
    };
    let mut response = match ran {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(panic) => panicked(panic.as_ref()).into_response(),
    };
    headers::write(response.headers_mut(), private);
    observed.finish(&mut response, &around.metrics);
    Ok(response)
}

fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Problem::internal(format!("a handler panicked: {}", text.unwrap_or("?")))
}

/// Whether it is asked by whoever watches over the service: always answered, and nothing to write home about.
fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}
