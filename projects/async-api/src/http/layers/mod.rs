//! What happens to every request before a handler sees it, and to every answer after. From the outside in:
//!
//! 1. `observe`: its id, the log, the numbers; a panic becomes an answer, a problem gets its text;
//! 2. `headers`: what browsers are told about every answer;
//! 3. `origin`: where there are no keys, a page in somebody's browser must not be able to ask;
//! 4. `limits`: its body is brought in, then it takes one of the places, and all of that has a deadline.

mod headers;
mod limits;
pub(super) mod observe;
mod origin;
#[cfg(test)]
mod tests;

use super::App;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use limits::Limits;
use origin::Origins;
use std::sync::Arc;

/// Puts them around all routes.
pub(super) fn around(router: Router, app: &App) -> Router {
    router
        .layer(from_fn_with_state(Arc::new(Limits::new(app.settings.requests, Arc::clone(&app.metrics))), limits::hold))
        .layer(from_fn_with_state(Origins::new(&app.settings), origin::check))
        .layer(from_fn(headers::write))
        .layer(from_fn_with_state(Arc::clone(&app.metrics), observe::observe))
}
