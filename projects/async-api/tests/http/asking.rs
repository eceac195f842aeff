//! A service, and ways to ask it. Every answer is compared with the OpenAPI document.

use async_api::audit::images::Images;
use async_api::config::Settings;
use async_api::cpu::Bounded;
use async_api::http::{App, openapi, router};
use async_api::keys::hash;
use async_api::metrics::Metrics;
use async_api::model::{
    AuditId, AuditState, Counts, Detail, Finding, FindingKind, Image, Key, KeyLimits, Owner, PageRecord,
};
use async_api::store::{Fenced, Job, Outcome, Store};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The OpenAPI document.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(openapi()).unwrap());

pub struct Service {
    pub app: App,
    pub router: Router,
    file: Option<PathBuf>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Service {
    /// With this store, which may be in a file.
    pub fn new(store: Store, file: Option<PathBuf>, change: impl FnOnce(&mut Settings)) -> Service {
        let mut settings = Settings::default();
        change(&mut settings);
        let app = App {
            store,
            cpu: Bounded::new(settings.cpu).unwrap(),
            images: Images::new(&settings.audits).unwrap(),
            settings: Arc::new(settings),
            metrics: Arc::new(Metrics::default()),
            stopping: CancellationToken::new(),
        };
        Service { router: router(app.clone()), app, file }
    }

    /// The store's file.
    pub fn file(&self) -> &Path {
        self.file.as_deref().unwrap()
    }

    /// The answer's head; the body is still to come.
    pub async fn head(&self, request: Request<Body>) -> Response<Body> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        documented(&method, &path, &response);
        response
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.head(request).await.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(request("DELETE", path).body(Body::empty()).unwrap()).await
    }

    /// Without a body.
    pub async fn order(&self, path: &str) -> Answer {
        self.ask(request("POST", path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(post(path, body)).await
    }

    /// Creates an audit. Says which.
    pub async fn audit(&self) -> AuditId {
        let answer = self.post("/v1/audits", &json!({"url": "https://example.com/"})).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Begins the only audit that waits, as a worker would.
    pub async fn begin(&self) -> Job {
        let store = &self.app.store;
        store.lease("worker", 1, Duration::from_secs(600), 4).await.unwrap().remove(0)
    }

    pub async fn end(&self, job: &Job, findings: Vec<Finding>) {
        let counts = Counts { pages: 3, ..Counts::default() };
        let outcome = Outcome::Ended { cancelled: false, counts, findings };
        assert_eq!(self.app.store.end(job.lease, outcome).await.unwrap(), Fenced::Held);
    }

    pub async fn fail(&self, job: &Job) {
        let outcome = Outcome::Failed { error: "no luck".to_owned(), again_in: None };
        assert_eq!(self.app.store.end(job.lease, outcome).await.unwrap(), Fenced::Held);
    }

    pub async fn record(&self, job: &Job, pages: Vec<PageRecord>) {
        let counts = Counts { pages: pages.len() as u64, ..Counts::default() };
        assert_eq!(self.app.store.record(job.lease, pages, counts).await.unwrap(), Fenced::Held);
    }

    /// An audit that is done, with some pages and findings.
    pub async fn done(&self) -> AuditId {
        let id = self.audit().await;
        let job = self.begin().await;
        self.record(&job, (1..=5).map(|number| page(number, 200, Vec::new())).collect()).await;
        self.end(&job, (1..=5).map(finding).collect()).await;
        id
    }

    pub async fn state(&self, id: AuditId) -> AuditState {
        self.app.store.audit(&Owner::local(), id).await.unwrap().unwrap().state
    }

    pub async fn key(&self, key: &str, limits: KeyLimits) -> Key {
        self.app.store.create_key("somebody", hash(key), limits).await.unwrap()
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The end of its type, if it is a problem with all that belongs to one.
    pub fn problem(&self) -> String {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["instance"], self.header("x-request-id"));
        assert!(!body["title"].as_str().unwrap().is_empty() && !body["detail"].as_str().unwrap().is_empty());
        body["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
    }

    /// The fields that it says are wrong.
    pub fn fields(&self) -> Vec<String> {
        assert_eq!((self.status.as_u16(), self.problem().as_str()), (422, "validation"), "{self:?}");
        let errors = self.json()["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

pub fn request(method: &str, path: &str) -> Builder {
    Request::builder().method(method).uri(path).header("host", "localhost:8080")
}

pub fn post(path: &str, body: &Value) -> Request<Body> {
    request("POST", path).header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
}

pub fn page(number: u64, status: u16, images: Vec<Image>) -> PageRecord {
    let url = format!("https://example.com/{number}");
    PageRecord { number, url, status: Some(status), broken: status >= 400, images, ..PageRecord::default() }
}

pub fn finding(number: u64) -> Finding {
    let detail = Detail::Slow { total_ms: 2000, first_byte_ms: 100, bytes: 7 };
    Finding { number, kind: FindingKind::SlowPage, url: format!("https://example.com/{number}"), detail }
}

/// The path of the document that this path is one of.
pub fn template(path: &str) -> Option<&'static str> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let matches = |template: &str| {
        let (mut parts, mut expected) = (path.split('/'), template.split('/'));
        parts
            .by_ref()
            .zip(expected.by_ref())
            .all(|(part, name)| part == name || (name.starts_with('{') && !part.is_empty()))
            && path.split('/').count() == template.split('/').count()
    };
    // The ones that are said outright first: `report.csv` is no id.
    let mut templates: Vec<&String> = paths.keys().filter(|template| matches(template)).collect();
    templates.sort_by_key(|template| template.matches('{').count());
    templates.first().map(|template| template.as_str())
}

/// Compares an answer with what the document says.
fn documented(method: &Method, path: &str, response: &Response<Body>) {
    let Some(template) = template(path) else { return };
    let method = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
    let Some(operation) = DOCUMENT["paths"][template].get(&method) else {
        assert_eq!(response.status(), 405, "{method} {template} is not documented");
        return;
    };
    let status = response.status().as_u16().to_string();
    let said = operation["responses"].get(&status);
    let said = said.unwrap_or_else(|| panic!("{method} {template} answers {status}, which is not documented"));
    let sent = response.headers().get("content-type").map(|value| value.to_str().unwrap().split(';').next().unwrap());
    let types: Vec<&str> =
        said.get("content").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    match sent {
        Some(sent) => assert!(types.contains(&sent), "{method} {template} {status}: {sent}, documented {types:?}"),
        None => assert!(types.is_empty(), "{method} {template} {status}: no type, documented {types:?}"),
    }
}
