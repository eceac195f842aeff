//! The layers, around handlers that misbehave.

use super::around;
use crate::config::{RequestLimits, Settings};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use futures::stream;
use serde_json::Value;
use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tower::ServiceExt;

const USUAL: RequestLimits = RequestLimits {
    connections: 1,
    concurrent: 1,
    deadline: Duration::from_secs(5),
    head: Duration::from_secs(5),
    body: 10,
    drain: Duration::from_secs(5),
};

fn router(requests: RequestLimits) -> Router {
    let endless = || async { Body::from_stream(stream::pending::<Result<Vec<u8>, Infallible>>()) };
    let router = Router::new()
        .route("/quick", get(|| async { "quick" }))
        .route("/healthz", get(|| async { "alive" }))
        .route("/never", get(pending::<()>))
        .route("/endless", get(endless))
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("a secret")
                }
            }),
        )
        .route("/length", post(|body: String| async move { body.len().to_string() }));
    around(router, &Settings { requests, keys: true, ..Settings::default() }, &Arc::default())
}

async fn ask(router: &Router, method: &str, path: &str, body: Body) -> (StatusCode, HeaderMap, String) {
    let request = Request::builder().method(method).uri(path).body(body).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

fn problem(answer: &(StatusCode, HeaderMap, String)) -> String {
    assert_eq!(answer.1["content-type"], "application/problem+json");
    let body: Value = serde_json::from_str(&answer.2).unwrap();
    assert_eq!(body["status"], answer.0.as_u16());
    assert_eq!(body["instance"], answer.1["x-request-id"].to_str().unwrap());
    body["type"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_given_up() {
    let router = router(USUAL);
    let begun = Instant::now();
    let answer = ask(&router, "GET", "/never", Body::empty()).await;
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    assert_eq!((answer.0, problem(&answer).as_str()), (StatusCode::SERVICE_UNAVAILABLE, "/problems/deadline"));
    assert_eq!(answer.1["retry-after"], "1");
    // Its place is free again.
    assert_eq!(ask(&router, "GET", "/quick", Body::empty()).await.2, "quick");
}

#[tokio::test]
async fn one_too_many_is_turned_away_at_once() {
    let router = router(USUAL);
    let mut never = Box::pin(ask(&router, "GET", "/never", Body::empty()));
    assert!(futures::poll!(&mut never).is_pending());
    let answer = ask(&router, "GET", "/quick", Body::empty()).await;
    assert_eq!((answer.0, problem(&answer).as_str()), (StatusCode::SERVICE_UNAVAILABLE, "/problems/busy"));
    assert!(answer.1.contains_key("retry-after"));
    assert_eq!(ask(&router, "GET", "/healthz", Body::empty()).await.0, StatusCode::OK);
    drop(never); // its client hangs up
    assert_eq!(ask(&router, "GET", "/quick", Body::empty()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_stream_holds_no_place() {
    let router = router(USUAL);
    let request = Request::builder().uri("/endless").body(Body::empty()).unwrap();
    let stream = router.clone().oneshot(request).await.unwrap();
    assert_eq!(ask(&router, "GET", "/quick", Body::empty()).await.0, StatusCode::OK);
    drop(stream);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_holds_no_place_and_has_the_same_deadline() {
    let router = router(USUAL);
    let slow = Body::from_stream(stream::pending::<Result<Vec<u8>, Infallible>>());
    let mut slow = Box::pin(ask(&router, "POST", "/length", slow));
    assert!(futures::poll!(&mut slow).is_pending());
    assert_eq!(ask(&router, "GET", "/quick", Body::empty()).await.0, StatusCode::OK);
    let begun = Instant::now();
    let answer = slow.await;
    assert_eq!((answer.0, problem(&answer).as_str()), (StatusCode::REQUEST_TIMEOUT, "/problems/slow-body"));
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn bodies_are_read_up_to_the_limit() {
    let router = router(USUAL);
    let chunks = |sizes: &[usize]| {
        let chunks: Vec<_> = sizes.iter().map(|size| Ok::<_, Infallible>(vec![b'x'; *size])).collect();
        Body::from_stream(stream::iter(chunks))
    };
    assert_eq!(ask(&router, "POST", "/length", Body::from("0123456789")).await.2, "10");
    assert_eq!(ask(&router, "POST", "/length", chunks(&[4, 6])).await.2, "10");
    for body in [Body::from("0123456789x"), chunks(&[4, 7]), chunks(&[10, 0, 1])] {
        let answer = ask(&router, "POST", "/length", body).await;
        assert_eq!((answer.0, problem(&answer).as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "/problems/too-large"));
    }
    let broken = stream::iter([Ok(vec![b'x']), Err(std::io::Error::other("gone"))]);
    let answer = ask(&router, "POST", "/length", Body::from_stream(broken)).await;
    assert_eq!(problem(&answer), "/problems/malformed");
}

#[tokio::test]
async fn a_panic_is_an_answer_that_says_nothing() {
    let router = router(USUAL);
    let answer = ask(&router, "GET", "/panic", Body::empty()).await;
    assert_eq!((answer.0, problem(&answer).as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "/problems/internal"));
    assert!(!answer.2.contains("secret"));
    assert_eq!(ask(&router, "GET", "/quick", Body::empty()).await.0, StatusCode::OK);
}
