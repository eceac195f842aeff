use super::asking::{Answer, request};
use super::{Service, with_service};
use async_api::model::KeyLimits;
use axum::body::Body;
use serde_json::json;

async fn ask(service: &Service, method: &str, path: &str, key: &str) -> Answer {
    let request = request(method, path).header("authorization", format!("Bearer {key}"));
    let body = json!({"url": "https://example.com/"}).to_string();
    service.ask(request.header("content-type", "application/json").body(Body::from(body)).unwrap()).await
}

#[test]
fn without_a_key_that_holds_there_is_nothing() {
    with_service(
        |settings| settings.keys = true,
        |service| async move {
            service.key("aak_right", KeyLimits::default()).await;
            let gone = service.key("aak_gone", KeyLimits::default()).await;
            service.app.store.revoke_key(gone.id).await.unwrap();
            assert_eq!(ask(&service, "GET", "/v1/audits", "aak_right").await.status, 200);
            for (method, path) in
                [("GET", "/v1/audits"), ("POST", "/v1/audits"), ("GET", "/v1/schedules"), ("DELETE", "/v1/audits/x")]
            {
                for wrong in ["", "aak_", "aak_wrong", "aak_gone", "aak_rightx", "right"] {
                    let answer = ask(&service, method, path, wrong).await;
                    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (401, "unauthorized"));
                    assert!(answer.header("www-authenticate").starts_with("Bearer"));
                }
            }
            assert_eq!(service.get("/v1/audits").await.status, 401);
            // In the URL it would end up in logs.
            assert_eq!(service.get("/v1/audits?key=aak_right").await.status, 401);
            for open in ["/", "/docs", "/healthz", "/readyz", "/metrics", "/openapi.json"] {
                assert_eq!(service.get(open).await.status, 200, "{open}");
            }
        },
    );
}

#[test]
fn too_many_requests_are_told_when_to_come_again() {
    with_service(
        |settings| settings.keys = true,
        |service| async move {
            let limits = KeyLimits { requests_per_minute: 1, burst: 3, ..KeyLimits::default() };
            service.key("aak_slow", limits).await;
            service.key("aak_other", limits).await;
            for left in ["2", "1", "0"] {
                let answer = ask(&service, "GET", "/v1/audits", "aak_slow").await;
                assert_eq!((answer.status.as_u16(), answer.header("ratelimit-remaining")), (200, left));
                assert_eq!(answer.header("ratelimit-limit"), "3");
            }
            let answer = ask(&service, "GET", "/v1/audits", "aak_slow").await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (429, "rate-limit"));
            assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
            assert!((1..=180).contains(&answer.header("ratelimit-reset").parse::<u32>().unwrap()));
            assert_eq!(ask(&service, "GET", "/v1/audits", "aak_other").await.status, 200);
        },
    );
}

#[test]
fn so_many_audits_a_day() {
    with_service(
        |settings| settings.keys = true,
        |service| async move {
            service.key("aak_few", KeyLimits { audits_per_day: 2, ..KeyLimits::default() }).await;
            for _ in 0..2 {
                assert_eq!(ask(&service, "POST", "/v1/audits", "aak_few").await.status, 202);
            }
            let answer = ask(&service, "POST", "/v1/audits", "aak_few").await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (429, "quota"));
            assert!((1..=86_400).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
            assert_eq!(ask(&service, "GET", "/v1/audits", "aak_few").await.status, 200);
        },
    );
}
