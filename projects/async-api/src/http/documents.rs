//! The pages for people, and what they are made of: in the binary, so that one file is the whole service.

use super::problem::Kind;
use super::{Shared, input};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// What a page of ours may do: run our script, look like our style sheet, talk to us, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

const DOCS: &str = include_str!("../static/docs.html");

/// A script of the live page's, under its name.
macro_rules! module {
    ($name:literal) => {
        (concat!("/app/", $name), SCRIPT, include_str!(concat!("../static/app/", $name)))
    };
}

const FILES: [(&str, &str, &str); 17] = [
    ("/", HTML, include_str!("../static/index.html")),
    ("/app.css", STYLE, include_str!("../static/app.css")),
    ("/app.js", SCRIPT, include_str!("../static/app.js")),
    ("/docs", HTML, DOCS),
    ("/docs.js", SCRIPT, include_str!("../static/docs.js")),
    module!("audit.js"),
    module!("elements.js"),
    module!("events.js"),
    module!("findings.js"),
    module!("home.js"),
    module!("list.js"),
    module!("pages.js"),
    module!("problem.js"),
    module!("request.js"),
    module!("start.js"),
    module!("view.js"),
    module!("words.js"),
];

/// A text that does not change while the service runs.
#[derive(Clone, Debug)]
pub(super) struct Document {
    text: Bytes,
    media_type: &'static str,
    tag: HeaderValue,
}

impl Document {
    /// This text.
    pub fn new(text: impl Into<Bytes>, media_type: &'static str) -> Document {
        let text = text.into();
        let hash = Sha256::digest(&text);
        let tag = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
        // Digits and letters make a header.
        let tag = HeaderValue::try_from(format!("\"{tag}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Document { text, media_type, tag }
    }

    /// The text, unless the client has it.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let has_it = known
            .flat_map(|tags| tags.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.tag.as_bytes());
        let mut response = if has_it {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, self.media_type)], self.text.clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, self.tag.clone());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        response
    }
}

/// The pages.
pub(super) fn router() -> Router<Shared> {
    let docs = Document::new(DOCS, HTML);
    // What a problem's `type` points to.
    let problems = get(async move |Path(kind): Path<String>, headers: HeaderMap| {
        let known = Kind::ALL.iter().any(|known| known.name() == kind);
        if known { docs.answer(&headers) } else { input::nothing_here().into_response() }
    });
    FILES.into_iter().fold(Router::new().route("/problems/{kind}", problems), |router, (path, media_type, text)| {
        let document = Document::new(text, media_type);
        router.route(path, get(async move |headers: HeaderMap| document.answer(&headers)))
    })
}

/// The OpenAPI document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operations", operation_id = "openapi",
    responses(
        (status = 200, description = "This document.", body = serde_json::Value),
        (status = 304, description = "It is what you have."),
    ),
)]
pub(super) async fn openapi(State(service): State<Shared>, headers: HeaderMap) -> Response {
    service.openapi.answer(&headers)
}
