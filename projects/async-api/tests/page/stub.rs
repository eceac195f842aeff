//! A service that answers from a script: our files as the service serves them, and the API as its contract has it.

use super::browser::Serve;
use super::samples;
use async_api::model::{Audit, AuditState, Event, EventKind, FindingKind, Timestamp};
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, PoisonError};

/// What the service sends with its pages; there the last word is `'none'`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The audits that there are, by the last digits of their ids.
pub const RUNNING: &str = "00000000-0000-0000-0000-000000000001";
pub const DONE: &str = "00000000-0000-0000-0000-000000000002";
pub const FAILED: &str = "00000000-0000-0000-0000-000000000003";

/// How the service is.
#[derive(Clone, Debug, Default)]
pub struct Stub {
    /// The API key that it wants.
    pub key: Option<&'static str>,
    /// There are no audits.
    pub empty: bool,
}

/// Shows the page that stands behind the `?`, as wide as a phone.
const NARROW: &str = r#"<!doctype html><iframe width="360" height="740" frameborder="0"></iframe>
<script>document.querySelector("iframe").src = location.search.slice(1) + location.hash;</script>"#;

#[derive(Clone)]
struct Shared {
    stub: Stub,
    /// Requests to the API, in order: method, address, and what matters of the rest.
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Serve for Stub {
    async fn router(self) -> Router {
        router(Shared { stub: self, asked: Arc::default() })
    }
}

fn router(shared: Shared) -> Router {
    let api = Router::new()
        .route("/audits", get(list).post(create))
        .route("/audits/{id}", get(one).delete(async || StatusCode::NO_CONTENT))
        .route("/audits/{id}/cancel", post(cancel))
        .route("/audits/{id}/retry", post(retry))
        .route("/audits/{id}/events", get(events))
        .route("/audits/{id}/findings", get(findings))
        .route("/audits/{id}/pages", get(pages))
        .route("/audits/{id}/pages/{number}/images/{place}/thumbnail", get(thumbnail))
        .route("/audits/{id}/report.csv", get(async || "number,kind\r\n"))
        .layer(from_fn_with_state(shared.clone(), guard));
    Router::new()
        .nest("/v1", api)
        .route("/openapi.json", get(async || Json(super::docs::openapi())))
        .route("/test/narrow", get(async || ([(CONTENT_TYPE, "text/html")], NARROW)))
        .route("/test/asked", get(async |State(shared): State<Shared>| Json(locked(&shared.asked).clone())))
        .fallback(file)
        .with_state(shared)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Our files, with the policy that the service sends.
async fn file(uri: Uri) -> Response {
    let name = match uri.path() {
        "/" => "index.html",
        "/docs" => "docs.html",
        path if path.starts_with("/problems/") => "docs.html",
        path => path.trim_start_matches('/'),
    };
    let path = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src/static").join(name);
    let Ok(text) = std::fs::read_to_string(path) else { return StatusCode::NOT_FOUND.into_response() };
    let media_type = match name.rsplit('.').next() {
        Some("html") => "text/html",
        Some("css") => "text/css",
        _ => "text/javascript",
    };
    ([(CONTENT_TYPE, media_type), (CONTENT_SECURITY_POLICY, POLICY)], text).into_response()
}

/// Writes down what is asked, and wants the key.
async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let authorization = {
        let header = |name: &str| {
            request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        locked(&shared.asked).push(json!({
            "what": format!("{} {}", request.method(), request.uri()),
            "key": header("idempotency-key"),
            "last": header("last-event-id"),
        }));
        header(AUTHORIZATION.as_str())
    };
    match shared.stub.key {
        Some(key) if authorization != Some(format!("Bearer {key}")) => {
            problem(401, "unauthorized", "An API key is needed", "no such key", json!([]))
        }
        _ => next.run(request).await,
    }
}

fn problem(status: u16, kind: &str, title: &str, detail: &str, errors: Value) -> Response {
    let kind = format!("/problems/{kind}");
    let body =
        json!({"type": kind, "title": title, "status": status, "detail": detail, "instance": "1", "errors": errors});
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

fn listed(items: impl serde::Serialize, next: Option<&str>) -> Json<Value> {
    Json(json!({"items": items, "next": next}))
}

fn audit_of(id: &str) -> Option<Audit> {
    match id {
        RUNNING => Some(samples::audit(1, AuditState::Running)),
        DONE => Some(samples::audit(2, AuditState::Done)),
        FAILED => Some(samples::audit(3, AuditState::Failed)),
        _ => None,
    }
}

async fn list(State(shared): State<Shared>, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let all: Vec<_> = [FAILED, DONE, RUNNING].iter().filter_map(|id| audit_of(id)).collect();
    match (query.get("after").map(String::as_str), query.get("state")) {
        _ if shared.stub.empty => listed([(); 0], None),
        (_, Some(state)) => listed(all.iter().filter(|audit| audit.state.name() == state).collect::<Vec<_>>(), None),
        (None, None) => listed(all, Some("cursor/2+")),
        (Some("cursor/2+"), None) => listed([samples::audit(4, AuditState::Queued)], None),
        (Some(other), None) => panic!("a cursor that was not given: {other}"),
    }
}

async fn create(Json(body): Json<Value>) -> Response {
    if body["url"].as_str().is_some_and(|url| url.contains("wrong")) {
        let errors = json!([
            {"field": "url", "message": "must be an address of the public internet"},
            {"field": "max_pages", "message": "must be from 1 to 10000"},
            {"field": "every_hours", "message": "a field that the form does not have"},
        ]);
        return problem(422, "validation", "Some fields are wrong", "wrong: url, max_pages", errors);
    }
    let expected = json!({"url": "https://shop.example/", "concurrency": 4});
    assert_eq!(body, expected);
    (StatusCode::ACCEPTED, Json(samples::audit(2, AuditState::Done))).into_response()
}

async fn one(State(shared): State<Shared>, Path(id): Path<String>) -> Response {
    // The one that runs is done as soon as its events have said so.
    let streams = locked(&shared.asked)
        .iter()
        .filter(|asked| asked["what"].as_str().is_some_and(|what| what.ends_with("events")))
        .count();
    match audit_of(&id) {
        Some(audit) if id == RUNNING && streams > 1 => {
            Json(Audit { id: audit.id, url: audit.url, ..samples::audit(1, AuditState::Done) }).into_response()
        }
        Some(audit) => Json(audit).into_response(),
        None => problem(404, "not-found", "There is nothing here", "there is no such audit", json!([])),
    }
}

async fn cancel(Path(id): Path<String>) -> (StatusCode, Json<Option<Audit>>) {
    (StatusCode::ACCEPTED, Json(audit_of(&id).map(|audit| Audit { cancelling: true, ..audit })))
}

async fn retry(Path(id): Path<String>) -> (StatusCode, Json<Option<Audit>>) {
    let queued = |audit| Audit { state: AuditState::Queued, error: None, ..audit };
    (StatusCode::ACCEPTED, Json(audit_of(&id).map(queued)))
}

/// The stream breaks off once, in the middle of the audit, and goes on from where it was.
async fn events(headers: HeaderMap) -> Response {
    let state = |state| EventKind::State { state, attempt: 1, error: None };
    let counts = samples::audit(1, AuditState::Running).counts;
    let progress = |pages| EventKind::Progress { counts: async_api::model::Counts { pages, ..counts } };
    let all =
        [state(AuditState::Failed), state(AuditState::Running), progress(40), progress(50), state(AuditState::Done)];
    let (from, to) = match headers.get("last-event-id").map(axum::http::HeaderValue::as_bytes) {
        None => (0, 3),
        Some(b"3") => (3, 5),
        Some(other) => panic!("continued after {other:?}"),
    };
    let mut text = ": a comment\n\n".to_owned();
    for (number, what) in (1..).zip(all).skip(from).take(to - from) {
        let event = Event { number, at: Timestamp(0), what };
        let data = serde_json::to_string(&event).expect("JSON");
        text.push_str(&format!("id: {number}\nevent: {}\ndata: {data}\n\n", event.what.name()));
    }
    ([(CONTENT_TYPE, "text/event-stream")], text).into_response()
}

async fn findings(Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let kind = query.get("kind").map(|kind| FindingKind::from_name(kind).expect("a kind"));
    let mut found = samples::findings_of(kind);
    match (kind, query.contains_key("after")) {
        (None, false) => {
            found.truncate(4);
            listed(found, Some("4"))
        }
        (None, true) => listed(&found[4..], None),
        (Some(_), _) => listed(found, None),
    }
}

async fn pages(Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let broken = query.get("broken").is_some_and(|broken| broken == "true");
    let contains = query.get("contains").cloned().unwrap_or_default();
    let pages = samples::pages().into_iter().filter(|page| (!broken || page.broken) && page.url.contains(&contains));
    listed(pages.collect::<Vec<_>>(), None)
}

async fn thumbnail(method: Method, Path((_, number, place)): Path<(String, u64, usize)>) -> Response {
    assert_eq!((method, number), (Method::GET, 7));
    if place == 1 {
        return problem(415, "media-type", "Of the wrong type", "the image is neither JPEG nor PNG", json!([]));
    }
    let mut jpeg = Vec::new();
    let colours: Vec<u8> =
        (0..64 * 48).flat_map(|pixel| [(pixel % 64 * 4) as u8, 120, (pixel / 64 * 5) as u8]).collect();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder.encode(&colours, 64, 48, jpeg_encoder::ColorType::Rgb).expect("a picture");
    ([(CONTENT_TYPE, "image/jpeg")], jpeg).into_response()
}
