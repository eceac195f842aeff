//! What answers look like: lists in parts, and the problems that endpoints have in common, for the OpenAPI document.

use super::cursor::Cursor;
use super::problem::{MEDIA_TYPE, Written};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listed<T> {
    /// This part.
    pub items: Vec<T>,
    /// What to ask for as `after` to get the next part; null at the end.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// At most `limit` of these. One more than that shows that there is a next part.
    pub fn new(mut items: Vec<T>, limit: u32, place: impl Fn(&T) -> Cursor) -> Listed<T> {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more).map(|last| place(last).to_string());
        Listed { items, next }
    }
}

/// A problem as an answer of the OpenAPI document.
pub(super) fn problem(description: &str) -> ResponseBuilder {
    let schema = Ref::from_schema_name(Written::name());
    ResponseBuilder::new()
        .description(description)
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(schema)).build())
}

macro_rules! problems {
    ($($(#[$comment:meta])* $name:ident: $($status:literal $description:literal),+;)+) => {$(
        $(#[$comment])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.to_owned(), problem($description).build().into())),+])
            }
        }
    )+};
}

problems! {
    /// The path names nothing of the caller's.
    NotFound: "404" "There is nothing of that name, or it is another's.";
    /// The audit's state does not allow it.
    Conflict: "409" "The audit's state does not allow it.";
    /// Fields are wrong.
    Invalid: "422" "Fields are wrong; `errors` says which.";
    /// A body comes where none is needed, and it could be any page's form.
    WrongType: "415" "The body is not JSON.";
    /// The body cannot be read.
    WrongBody:
        "400" "The body is not JSON.",
        "415" "The body does not say that it is JSON.";
}
