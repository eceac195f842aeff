//! The API: routes, and what all of their handlers share. To be read in this order:
//!
//! 1. this file: what handlers share, and the table of routes;
//! 2. `audits`, `pages`, `findings`, `events` (with `listener`), `report`, `thumbnail`, `schedules`: the handlers, by resource;
//!    `health` and `documents` beside them;
//! 3. `input`, `faults`, `request`, `cursor`, `idempotency`: what comes in becomes types that cannot be wrong,
//!    and all that is wrong is said at once;
//! 4. `problem`, `kind`, `answers`: what goes out;
//! 5. `auth`, `rate`, `heavy`, `layers`: who may ask, how often and how much.

mod answers;
mod audits;
mod auth;
pub mod cursor;
mod documents;
mod events;
mod faults;
mod findings;
mod health;
mod heavy;
mod idempotency;
mod input;
mod kind;
mod layers;
mod listener;
mod openapi;
mod pages;
pub mod problem;
pub mod rate;
mod report;
mod request;
mod schedules;
mod thumbnail;

pub use openapi::openapi;

use crate::audit::images::Images;
use crate::config::Settings;
use crate::cpu::Bounded;
use crate::metrics::Metrics;
use crate::store::Store;
use axum::Router;
use documents::Document;
use problem::{Kind, Problem};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What handlers share. A clone is another handle of the same things.
#[derive(Clone, Debug)]
pub struct App {
    /// What the service remembers.
    pub store: Store,
    /// What the operator decided.
    pub settings: Arc<Settings>,
    /// Threads for images and PDF.
    pub cpu: Bounded,
    /// Fetches images.
    pub images: Images,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Cancelled when the service is asked to stop: event streams end then.
    pub stopping: CancellationToken,
}

/// What handlers share, with what only they need.
#[derive(Debug)]
struct Service {
    app: App,
    keys: auth::Keys,
    buckets: rate::Buckets,
    states: health::States,
    /// Reports being made at once.
    reports: Semaphore,
    /// Images being brought or made small at once.
    thumbnails: Semaphore,
    openapi: Document,
}

type Shared = Arc<Service>;

/// The whole service as a router, limits and all.
pub fn router(app: App) -> Router {
    let places = app.settings.cpu.threads + app.settings.cpu.queue;
    let service = Arc::new(Service {
        keys: auth::Keys::new(app.store.clone()),
        buckets: rate::Buckets::default(),
        states: health::States::default(),
        reports: Semaphore::new(places),
        thumbnails: Semaphore::new(places),
        openapi: Document::new(openapi().to_json().unwrap_or_default(), "application/json"),
        app: app.clone(),
    });
    let (router, _) = auth::gated(v1(), &service).merge(operations()).split_for_parts();
    let router = router
        .merge(documents::router())
        .fallback(async || input::nothing_here())
        .method_not_allowed_fallback(async || Problem::new(Kind::Method, "see the header Allow"))
        .with_state(service);
    layers::around(router, &app.settings, &app.metrics)
}

/// The table of routes.
fn v1() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(audits::create, audits::list))
        .routes(routes!(audits::read, audits::delete))
        .routes(routes!(audits::cancel))
        .routes(routes!(audits::retry))
        .routes(routes!(pages::list))
        .routes(routes!(findings::list))
        .routes(routes!(events::follow))
        .routes(routes!(report::json))
        .routes(routes!(report::table))
        .routes(routes!(report::document))
        .routes(routes!(thumbnail::show))
        .routes(routes!(schedules::create, schedules::list))
        .routes(routes!(schedules::delete))
}

/// What needs no key.
fn operations() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(documents::openapi))
}
