//! Requests that are sent twice and done once.
//!
//! The store keeps the answer in the transaction that does what was asked for. So the first answer and every later one
//! are made of the same text, here.

use super::faults::Faults;
use super::problem::Problem;
use crate::store::StoredResponse;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

/// The header that makes a request one that may be sent again.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header that says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The longest key.
const LONGEST: usize = 255;

/// The client's `Idempotency-Key`, if it sent one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<IdempotencyKey, Problem> {
        let mut sent = parts.headers.get_all(KEY).iter();
        let (first, more) = (sent.next(), sent.next());
        let Some(first) = first else { return Ok(IdempotencyKey(None)) };
        let key = first.to_str().ok().filter(|key| {
            more.is_none() && (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        let mut faults = Faults::default();
        if key.is_none() {
            faults.add("Idempotency-Key", format!("must be 1 to {LONGEST} visible ASCII characters, once"));
        }
        faults.or(IdempotencyKey(key.map(str::to_owned)))
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "Sent again with the same key, the same request is answered again, and nothing is done twice.";
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]*$"));
        let text = text.min_length(Some(1)).max_length(Some(LONGEST));
        let key = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header);
        vec![key.required(Required::False).description(Some(about)).schema(Some(text)).build()]
    }
}

/// What was asked for, in 32 bytes. `body`: what it means, not how it was spelt, since clients that send again may
/// well write it anew.
///
/// # Errors
/// If it cannot be written as JSON, which is a defect.
pub(super) fn fingerprint(method: &Method, path: &str, body: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    let mut hash = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes(), text(body)?.as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Ok(hash.finalize().to_vec())
}

/// JSON of something of ours.
///
/// # Errors
/// If it cannot be written as JSON, which is a defect.
pub(super) fn text(value: &impl serde::Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::internal(error.to_string()))
}

/// The answer, the first time or again.
pub(super) fn answer(stored: StoredResponse, again: bool) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, stored.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(Ok(location)) = stored.location.map(HeaderValue::try_from) {
        headers.insert(LOCATION, location);
    }
    if again {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::super::problem::Kind;
    use super::*;
    use axum::http::Request;
    use proptest::prelude::*;

    fn key(sent: &[&[u8]]) -> Result<Option<String>, Kind> {
        let mut request = Request::new(());
        for value in sent {
            request.headers_mut().append(KEY, HeaderValue::from_bytes(value).unwrap());
        }
        let mut parts = request.into_parts().0;
        let key = futures::executor::block_on(IdempotencyKey::from_request_parts(&mut parts, &()));
        key.map(|IdempotencyKey(key)| key).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_key_is_visible_and_not_too_long() {
        assert_eq!(key(&[]), Ok(None));
        assert_eq!(key(&[b"a"]), Ok(Some("a".to_owned())));
        assert_eq!(key(&[&[b'x'; 255]]), Ok(Some("x".repeat(255))));
        for wrong in [&[&b""[..]][..], &[&[b'x'; 256]], &[b"a b"], &[b"\xc3\xa4"], &[b"a", b"a"]] {
            assert_eq!(key(wrong), Err(Kind::Validation), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn fingerprints_are_of_all_parts(
            paths in prop::array::uniform2("/[ab]{0,3}"),
            bodies in prop::array::uniform2("[ab/\"]{0,3}"),
        ) {
            let print = |which: usize| fingerprint(&Method::POST, &paths[which], &bodies[which]).unwrap();
            prop_assert_eq!(print(0) == print(1), paths[0] == paths[1] && bodies[0] == bodies[1]);
            let other = fingerprint(&Method::PUT, &paths[0], &bodies[0]).unwrap();
            prop_assert_ne!(print(0), other);
        }
    }
}
