//! What browsers are told about every answer.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};

const EVERYWHERE: [(HeaderName, HeaderValue); 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// What is no page of ours may do nothing at all, should a browser take it for one.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Whether the answer is for whoever asks alone.
pub(super) fn is_private(request: &Request) -> bool {
    request.uri().path().starts_with("/v1")
}

/// Writes them.
pub(super) fn write(headers: &mut HeaderMap, private: bool) {
    headers.reserve(16); // with those that are there and those to come: one table instead of three
    for (name, value) in EVERYWHERE {
        headers.insert(name, value);
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    if private {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
