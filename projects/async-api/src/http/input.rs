//! What comes in: body, query and path, taken apart by extractors whose rejections are our problems.

use super::problem::{FieldError, Kind, Problem};
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use std::fmt::Display;
use std::str::FromStr;

/// A body in JSON. What it may contain is looked at later, so that all that is wrong can be said at once.
#[derive(Debug)]
pub(super) struct Json<T>(pub T);

/// That there is no body, or one that does not matter.
#[derive(Debug)]
pub(super) struct Nothing;

/// The part of the URL after `?`.
#[derive(Debug)]
pub(super) struct Asked<T>(pub T);

/// An id in the path. One that is none is nobody's: 404.
#[derive(Debug)]
pub(super) struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>, Problem> {
        if media_type(request.headers()) != MediaType::Json {
            return Err(not_json());
        }
        // It is all there, and no longer than it may be: the layers have seen to that.
        let body = to_bytes(request.into_body(), usize::MAX).await;
        let body = body.map_err(|_| Problem::new(Kind::Malformed, "the body broke off"))?;
        serde_json::from_slice(&body).map(Json).map_err(|error| match error.classify() {
            Category::Data => Problem::validation(vec![FieldError {
                field: "body".to_owned(),
                message: "must be an object that has each field once".to_owned(),
            }]),
            _ => Problem::new(Kind::Malformed, error.to_string()),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Nothing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Nothing, Problem> {
        // A form can be sent by any page. JSON cannot, without asking us first.
        if media_type(&parts.headers) == MediaType::Other { Err(not_json()) } else { Ok(Nothing) }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Asked(asked)),
            Err(rejection) => {
                Err(Problem::validation(vec![FieldError { field: "query".to_owned(), message: rejection.body_text() }]))
            }
        }
    }
}

impl<S: Send + Sync, T: FromStr + Display> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id<T>, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await.map_err(|_| nothing_here())?;
        one_spelling(&path.0).map(Id).ok_or_else(nothing_here)
    }
}

/// What the text says, if it says it as we would.
pub(super) fn one_spelling<T: FromStr + Display>(text: &str) -> Option<T> {
    text.parse().ok().filter(|value: &T| value.to_string() == text)
}

/// 404: the path names nothing.
pub(super) fn nothing_here() -> Problem {
    Problem::new(Kind::NotFound, "there is nothing at this address")
}

#[derive(Debug, PartialEq, Eq)]
enum MediaType {
    None,
    Json,
    Other,
}

fn media_type(headers: &HeaderMap) -> MediaType {
    let Some(value) = headers.get(CONTENT_TYPE) else { return MediaType::None };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json { MediaType::Json } else { MediaType::Other }
}

fn not_json() -> Problem {
    Problem::new(Kind::MediaType, "send JSON, and say so: Content-Type: application/json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn json_has_several_names() {
        for (name, expected) in [
            ("application/json", MediaType::Json),
            ("Application/JSON; charset=utf-8", MediaType::Json),
            ("application/merge-patch+json", MediaType::Json),
            ("text/json", MediaType::Other),
            ("text/plain", MediaType::Other),
            ("application/jsonp", MediaType::Other),
            ("multipart/form-data; boundary=application/json", MediaType::Other),
            ("", MediaType::Other),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_str(name).unwrap())]);
            assert_eq!(media_type(&headers), expected, "{name}");
        }
        assert_eq!(media_type(&HeaderMap::new()), MediaType::None);
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = "0197a3f0-3c1e-7000-8000-0123456789ab";
        assert!(one_spelling::<crate::model::AuditId>(id).is_some());
        for other in [id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), format!("urn:uuid:{id}")] {
            assert!(one_spelling::<crate::model::AuditId>(&other).is_none(), "{other}");
        }
        assert_eq!(one_spelling::<u64>("12"), Some(12));
        assert_eq!([one_spelling::<u64>("+12"), one_spelling("012"), one_spelling("")], [None; 3]);
    }
}
