//! What whoever runs the service asks: is it alive, is it of use, how is it doing. None of it needs a key, and none of
//! it waits behind other requests.

use super::Shared;
use super::answers::problem;
use super::problem::{Kind, Problem};
use crate::model::AuditState;
use crate::store::Store;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response as Documented};

/// How long the database has for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the audits in each state need not be counted again, however many ask.
const COUNTED: Duration = Duration::from_secs(2);

/// Whether the process is alive. It asks nobody.
#[utoipa::path(
    get, path = "/healthz", tag = "operations", operation_id = "alive",
    responses((status = 200, description = "It is.", body = String, content_type = "text/plain")),
)]
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Whether requests may be sent here: the database answers, and the service does not stop.
#[utoipa::path(
    get, path = "/readyz", tag = "operations", operation_id = "ready",
    responses((status = 200, description = "They may.", body = String, content_type = "text/plain"), NotReady),
)]
pub(super) async fn ready(State(service): State<Shared>) -> Result<&'static str, Problem> {
    if service.app.stopping.is_cancelled() {
        return Err(Problem::new(Kind::Unavailable, "the service is stopping").retry_after(5));
    }
    match timeout(PATIENCE, service.app.store.ping()).await {
        Ok(pong) => pong.map(|()| "ready\n").map_err(Problem::from),
        Err(_) => Err(Problem::new(Kind::Unavailable, "the database does not answer at the moment").retry_after(2)),
    }
}

/// Numbers for Prometheus, in the OpenMetrics text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operations", operation_id = "metrics",
    responses((status = 200, description = "The numbers.", body = String, content_type = "application/openmetrics-text")),
)]
pub(super) async fn metrics(State(service): State<Shared>) -> Response {
    let states = service.states.get(&service.app.store).await;
    let text = service.app.metrics.render(&states);
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}

/// Audits in each state, as they were counted last.
#[derive(Debug, Default)]
pub(super) struct States(Mutex<Option<Counted>>);

/// A count, and until when it is good enough.
type Counted = (Instant, Vec<(AuditState, u64)>);

impl States {
    /// The last count, or a new one if it is old. None if the database does not answer: the other numbers are needed
    /// most at such a time.
    async fn get(&self, store: &Store) -> Vec<(AuditState, u64)> {
        let mut last = self.0.lock().await;
        match &*last {
            Some((until, states)) if *until > Instant::now() => states.clone(),
            _ => {
                let counted = timeout(PATIENCE, store.states()).await;
                let states = counted.ok().and_then(Result::ok).unwrap_or_default();
                *last = Some((Instant::now() + COUNTED, states.clone()));
                states
            }
        }
    }
}

/// Not now.
pub(super) struct NotReady;

impl IntoResponses for NotReady {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        let not_ready = problem("The database does not answer, or the service stops.").build();
        BTreeMap::from([("503".to_owned(), not_ready.into())])
    }
}
