//! What comes in. Parsed once, at the edge, into types that cannot be wrong; all that is wrong is named at once.

use std::fmt;
use std::str::FromStr;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::{Json, extract};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Error;
use super::problem::FieldError;
use crate::store::NewNote;

/// The longest title, in characters.
pub const TITLE: usize = 100;
/// The longest text, in characters.
pub const TEXT: usize = 10_000;
/// The most notes on a page.
pub const PAGE: u32 = 100;

/// A body in JSON. axum's own, with our errors.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let Json(body) = Json::from_request(request, state).await.map_err(|rejection| match rejection {
            JsonRejection::BytesRejection(rejection) => Error::Body(rejection.status(), rejection.body_text()),
            other => Error::Body(other.status(), other.body_text()),
        })?;
        Ok(Body(body))
    }
}

/// The part of the URL after `?`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = extract::Query::from_request_parts(parts, state).await;
        query.map(|extract::Query(query)| Query(query)).map_err(|error| Error::Query(error.body_text()))
    }
}

/// A number in the path. One that is none names no note: 404.
#[derive(Debug)]
pub struct Id(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = Path::<i64>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Id(id)).map_err(|_| Error::NoSuchRoute)
    }
}

/// A note as it comes in: anything may be missing. A field that we do not know is a mistake of the client's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    title: Option<String>,
    text: Option<String>,
}

impl TryFrom<NoteBody> for NewNote {
    type Error = Vec<FieldError>;

    fn try_from(body: NoteBody) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let title = checked("title", body.title, 1, TITLE, &mut wrong);
        let text = checked("text", body.text, 0, TEXT, &mut wrong);
        if title.chars().any(char::is_control) {
            wrong.push(FieldError::new("title", "must be one line"));
        }
        if text.contains('\0') {
            wrong.push(FieldError::new("text", "must not contain NUL")); // PostgreSQL's text cannot
        }
        if wrong.is_empty() { Ok(NewNote { title, text }) } else { Err(wrong) }
    }
}

fn checked(
    field: &'static str,
    value: Option<String>,
    least: usize,
    most: usize,
    wrong: &mut Vec<FieldError>,
) -> String {
    let Some(value) = value else {
        wrong.push(FieldError::new(field, "is missing"));
        return String::new();
    };
    if !(least..=most).contains(&value.chars().count()) {
        wrong.push(FieldError::new(field, format!("must have {least} to {most} characters")));
    }
    value
}

/// Which page, as the URL says it. Strings, so that what is wrong can be said in our words.
#[derive(Debug, Deserialize)]
pub struct Page {
    limit: Option<String>,
    after: Option<String>,
}

impl Page {
    /// The number before which the page begins, and how many notes it may have.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parsed(self) -> Result<(Option<i64>, u32), Vec<FieldError>> {
        let mut wrong = Vec::new();
        let limit = self.limit.map_or(Some(20), |limit| limit.parse().ok().filter(|limit| (1..=PAGE).contains(limit)));
        if limit.is_none() {
            wrong.push(FieldError::new("limit", format!("must be a number from 1 to {PAGE}")));
        }
        let after = self.after.map(|after| after.parse::<Cursor>());
        if matches!(after, Some(Err(_))) {
            wrong.push(FieldError::new("after", "must be what an earlier page gave as next"));
        }
        let after = after.and_then(Result::ok).map(|Cursor(id)| id);
        limit.filter(|_| wrong.is_empty()).map(|limit| (after, limit)).ok_or(wrong)
    }
}

/// Where a page ended. Opaque to clients, so that it can mean something else tomorrow; the first letter says what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub i64);

/// What is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no cursor")]
pub struct NoCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a{:016x}", self.0)
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let digits = text.strip_prefix('a').filter(|digits| digits.len() == 16).ok_or(NoCursor)?;
        let cursor = u64::from_str_radix(digits, 16).map_err(|_| NoCursor)?;
        // There is one spelling of each: "+" and capitals are none of ours.
        Some(Cursor(cursor as i64)).filter(|cursor| cursor.to_string() == text).ok_or(NoCursor)
    }
}
