//! Who asks: the owner of an API key, or whoever is on this machine where the service runs open.

use super::problem::{Kind, Problem};
use super::rate::seconds;
use super::{Service, Shared};
use crate::keys::hash;
use crate::metrics::Refusal;
use crate::model::{Key, Owner};
use crate::store::{Store, StoreError};
use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tower::{Service as _, layer, service_fn};
use utoipa_axum::router::OpenApiRouter;

/// The longest key. Longer ones are not even hashed.
const LONGEST: usize = 4096;
/// How long it is believed that a key holds: one that was taken back works no longer than this.
const BELIEVED: Duration = Duration::from_secs(3);
/// Keys in memory.
const MOST: usize = 10_000;

/// The keys that were seen lately, so that a read costs one query and not two.
#[derive(Debug)]
pub(super) struct Keys {
    store: Store,
    seen: Mutex<HashMap<[u8; 32], Seen>>,
}

/// A key, and until when it is believed.
type Seen = (Arc<Key>, Instant);

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Whose audits are meant.
    pub owner: Owner,
    /// The most audits in a day, by UTC.
    pub quota: Option<u32>,
    /// The hash of the key, where one is needed.
    pub hash: Option<[u8; 32]>,
}

impl Keys {
    /// Those of this store.
    pub fn new(store: Store) -> Keys {
        Keys { store, seen: Mutex::default() }
    }

    /// The key with this hash, if it holds.
    ///
    /// # Errors
    /// The store's.
    pub async fn holding(&self, hash: [u8; 32], now: Instant) -> Result<Option<Arc<Key>>, StoreError> {
        if let Some(key) = self.remembered(hash, now) {
            return Ok(Some(key));
        }
        let found = self.store.key(hash).await?.map(Arc::new);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(key) => {
                if seen.len() >= MOST {
                    seen.retain(|_, (_, until)| *until > now);
                }
                if seen.len() < MOST {
                    seen.insert(hash, (Arc::clone(key), now + BELIEVED));
                }
            }
            // Keys that do not hold are not remembered: guesses would push out the ones that do.
            None => drop(seen.remove(&hash)),
        }
        Ok(found)
    }

    fn remembered(&self, hash: [u8; 32], now: Instant) -> Option<Arc<Key>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&hash).filter(|(_, until)| *until > now).map(|(key, _)| Arc::clone(key))
    }
}

/// The hash of the key in `Authorization: Bearer ...`, if there is one that could be ours. From here on hashes are what is
/// compared: how long that takes says nothing about keys.
fn bearer(headers: &HeaderMap) -> Option<[u8; 32]> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (first, None) = (sent.next()?, sent.next()) else { return None };
    let (scheme, key) = first.to_str().ok()?.split_once(' ')?;
    let key = key.trim_matches(' ');
    let ours = scheme.eq_ignore_ascii_case("bearer") && (1..=LONGEST).contains(&key.len());
    ours.then(|| hash(key))
}

/// In front of all of these: finds out who asks, and whether as often as that. Where the service runs open there is
/// nothing to find out.
pub(super) fn gated(routes: OpenApiRouter<Shared>, service: &Shared) -> OpenApiRouter<Shared> {
    if !service.app.settings.keys {
        return routes;
    }
    let service = Arc::clone(service);
    routes.route_layer(layer::layer_fn(move |route: Route| {
        let service = Arc::clone(&service);
        service_fn(move |request| gate(Arc::clone(&service), request, route.clone()))
    }))
}

async fn gate(service: Shared, mut request: Request, mut route: Route) -> Result<Response, Infallible> {
    let (hash, key) = match known(&service, request.headers()).await {
        Ok(known) => known,
        Err(problem) => return Ok(problem.into_response()),
    };
    let level = service.buckets.take(key.id, key.limits, Instant::now());
    let mut response = if let Some(wait) = level.wait {
        service.app.metrics.refused(Refusal::Rate);
        let detail = format!("{} requests a minute are allowed", key.limits.requests_per_minute);
        Problem::new(Kind::RateLimit, detail).retry_after(seconds(wait)).into_response()
    } else {
        let (owner, quota) = (key.id.into(), Some(key.limits.audits_per_day));
        request.extensions_mut().insert(Caller { owner, quota, hash: Some(hash) });
        route.call(request).await?
    };
    level.write(response.headers_mut());
    Ok(response)
}

async fn known(service: &Service, headers: &HeaderMap) -> Result<([u8; 32], Arc<Key>), Problem> {
    if let Some(hash) = bearer(headers)
        && let Some(key) = service.keys.holding(hash, Instant::now()).await?
    {
        return Ok((hash, key));
    }
    service.app.metrics.refused(Refusal::Key);
    Err(Problem::new(Kind::Unauthorized, "send a key that holds: Authorization: Bearer aak_..."))
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Caller, Problem> {
        if !service.app.settings.keys {
            return Ok(Caller { owner: Owner::local(), quota: None, hash: None });
        }
        // Absent only if a route were added outside of the gate: closed, then, and not open.
        let caller = parts.extensions.remove();
        caller.ok_or_else(|| Problem::new(Kind::Unauthorized, "nobody knows who asks"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KeyLimits;
    use axum::http::HeaderValue;
    use common::Scratch;

    #[tokio::test]
    async fn a_key_is_believed_for_a_moment_and_no_longer() {
        let scratch = Scratch::new().unwrap();
        let store = Store::embedded(&scratch.path().join("store.db"), 1).await.unwrap();
        let (keys, now, hash) = (Keys::new(store.clone()), Instant::now(), hash("aak_one"));
        let holds = async |after| keys.holding(hash, now + after).await.unwrap().is_some();
        assert!(!holds(Duration::ZERO).await);
        // What was not there a moment ago is there at once.
        let key = store.create_key("one", hash, KeyLimits::default()).await.unwrap();
        assert!(holds(Duration::ZERO).await);
        assert!(store.revoke_key(key.id).await.unwrap());
        assert!(holds(BELIEVED - Duration::from_nanos(1)).await);
        assert!(!holds(BELIEVED).await);
        assert!(!holds(Duration::ZERO).await);
        store.close().await;
    }

    #[tokio::test]
    async fn the_memory_is_bounded() {
        let scratch = Scratch::new().unwrap();
        let store = Store::embedded(&scratch.path().join("store.db"), 1).await.unwrap();
        let (keys, now, hash) = (Keys::new(store.clone()), Instant::now(), hash("aak_one"));
        let key = Arc::new(store.create_key("one", hash, KeyLimits::default()).await.unwrap());
        let fill = |until| {
            let mut seen = keys.seen.lock().unwrap();
            seen.clear();
            seen.extend((0..MOST).map(|number| (crate::keys::hash(&number.to_string()), (Arc::clone(&key), until))));
        };
        let seen = || keys.seen.lock().unwrap().len();
        fill(now + BELIEVED);
        assert!(keys.holding(hash, now).await.unwrap().is_some());
        assert_eq!(seen(), MOST);
        fill(now);
        assert!(keys.holding(hash, now).await.unwrap().is_some());
        assert_eq!(seen(), 1);
        store.close().await;
    }

    #[test]
    fn one_bearer_with_a_key_like_ours() {
        let sent = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            bearer(&headers)
        };
        for right in ["Bearer aak_x", "bearer aak_x", "BEARER  aak_x "] {
            assert_eq!(sent(&[right]), Some(hash("aak_x")), "{right}");
        }
        let long = format!("Bearer {}", "x".repeat(LONGEST + 1));
        for wrong in ["aak_x", "Basic aak_x", "Bearer", "Bearer ", &long] {
            assert_eq!(sent(&[wrong]), None, "{wrong}");
        }
        assert_eq!(sent(&["Bearer aak_x", "Bearer aak_x"]), None);
        assert_eq!(sent(&[]), None);
    }
}
