//! Every error, as problem details (RFC 9457): one kind of JSON, whatever went wrong.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::background::Full;
use crate::store::StoreError;

/// What the service can answer instead of what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 404.
    #[error("there is no note {0}")]
    NoSuchNote(i64),
    /// 404.
    #[error("there is nothing here")]
    NoSuchRoute,
    /// 405.
    #[error("this cannot be done here")]
    MethodNotAllowed,
    /// The body is no JSON, or too large: 400, 413, 415 or 422.
    #[error("{1}")]
    Body(StatusCode, String),
    /// The query makes no sense: 400.
    #[error("{0}")]
    Query(String),
    /// It is well formed and wrong: 422, field by field.
    #[error("some fields are wrong")]
    Invalid(Vec<FieldError>),
    /// 503: there is no room for what would have to be done afterwards.
    #[error(transparent)]
    Full(#[from] Full),
    /// 503 when it may pass, or else 500.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    field: &'static str,
    detail: String,
}

impl FieldError {
    /// A complaint about a field.
    pub fn new(field: &'static str, detail: impl Into<String>) -> Self {
        FieldError { field, detail: detail.into() }
    }
}

#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Error {
    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Error::NoSuchNote(_) | Error::NoSuchRoute => StatusCode::NOT_FOUND,
            Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Error::Body(status, _) => *status,
            Error::Query(_) => StatusCode::BAD_REQUEST,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Store(error) if error.may_pass() => StatusCode::SERVICE_UNAVAILABLE,
            Error::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let detail = if status == StatusCode::INTERNAL_SERVER_ERROR {
            // What the database said is for whoever runs the service; to a client it would be a map of it.
            eprintln!("{self}");
            "something went wrong on our side".to_owned()
        } else {
            self.to_string()
        };
        let errors = if let Error::Invalid(errors) = self { errors } else { Vec::new() };
        let title = status.canonical_reason().unwrap_or("Error");
        let problem = Problem { title, status: status.as_u16(), detail, errors };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
