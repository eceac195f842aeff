//! Every error as problem details (RFC 9457): one kind of JSON, whatever went wrong.
//!
//! A handler returns a [`Problem`]; its body is written by the outermost layer, which alone knows the request's id.

pub use super::kind::Kind;
use super::layers::observe::RequestId;
use crate::store::StoreError;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, and for whom to say it.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
    cause: Option<String>,
}

/// What is wrong with one field of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field: of the body, of the query, or a header.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// Problem details.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Written<'a> {
    /// Which problem, as an address with its description, such as `/problems/validation`.
    #[serde(rename = "type")]
    kind: String,
    /// The same for people.
    title: &'a str,
    /// The status of the answer.
    status: u16,
    /// What it is this time.
    detail: &'a str,
    /// The id of the request, which the service's log has too.
    instance: &'a str,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

impl Problem {
    /// A problem. What may pass by itself says when to come again.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        let passes = kind.status() == StatusCode::SERVICE_UNAVAILABLE;
        Problem { kind, detail: detail.into(), errors: Vec::new(), retry_after: passes.then_some(1), cause: None }
    }

    /// 500. The cause is for the log, where it is found by the request's id.
    pub fn internal(cause: impl Into<String>) -> Problem {
        Problem::new(Kind::Internal, "the log says more, by the id of this request").because(cause)
    }

    /// Says in the log what it came from. To a client that would be a map of the service.
    #[must_use]
    pub fn because(self, cause: impl Into<String>) -> Problem {
        Problem { cause: Some(cause.into()), ..self }
    }

    /// 422, field by field.
    pub fn validation(errors: Vec<FieldError>) -> Problem {
        let names: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        let detail = format!("wrong: {}", names.join(", "));
        Problem { errors, ..Problem::new(Kind::Validation, detail) }
    }

    /// 404 for what is named in the path.
    pub fn no_such(what: &str) -> Problem {
        Problem::new(Kind::NotFound, format!("there is no such {what}"))
    }

    /// Says after how many seconds it may go better.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Problem {
        Problem { retry_after: Some(seconds.max(1)), ..self }
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What it came from.
    pub(super) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The body, for the answer to this request.
    pub(super) fn body(&self, request: &RequestId) -> Body {
        let written = Written {
            kind: format!("/problems/{}", self.kind.name()),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            instance: request.as_str(),
            errors: &self.errors,
        };
        // Texts and numbers: there is nothing in it that JSON could not say.
        Body::from(serde_json::to_vec(&written).unwrap_or_default())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == Kind::Unauthorized {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"async-api\""));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let (detail, seconds) = match error {
            StoreError::Unavailable(_) => ("the database does not answer at the moment", 2),
            StoreError::Unwritable(_) => ("nothing can be written at the moment", 30),
            StoreError::Closed => ("the service is stopping", 5),
            StoreError::Failed(_) => return Problem::internal(error.to_string()),
        };
        Problem::new(Kind::Unavailable, detail).retry_after(seconds).because(error.to_string())
    }
}
