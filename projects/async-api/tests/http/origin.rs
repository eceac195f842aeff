use super::asking::post;
use super::with_service;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

#[test]
fn where_it_runs_open_a_page_from_elsewhere_can_neither_read_nor_order() {
    with_service(
        |_| (),
        |service| async move {
            let get = async |host: &str, path: &str| {
                service.ask(Request::builder().uri(path).header("host", host).body(Body::empty()).unwrap()).await
            };
            for path in ["/", "/v1/audits", "/openapi.json", "/metrics", "/nothing"] {
                let answer = get("audits.example.com", path).await;
                assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (403, "origin"), "{path}");
            }
            assert_eq!(get("127.0.0.1:8080", "/v1/audits").await.status, 200);
            assert_eq!(get("audits.example.com", "/healthz").await.status, 200);
            let from = async |origin: &str| {
                let mut create = post("/v1/audits", &json!({"url": "https://example.com/"}));
                create.headers_mut().insert("origin", origin.parse().unwrap());
                service.ask(create).await.status.as_u16()
            };
            assert_eq!(from("https://example.com").await, 403);
            assert_eq!(from("null").await, 403);
            assert_eq!(from("http://localhost:8080").await, 202);
            assert_eq!(service.get("/v1/audits").await.json()["items"].as_array().unwrap().len(), 1);
        },
    );
}

#[test]
fn with_keys_it_may_have_any_name() {
    with_service(
        |settings| settings.keys = true,
        |service| async move {
            let request = Request::builder().uri("/v1/audits").header("host", "audits.example.com");
            assert_eq!(service.ask(request.body(Body::empty()).unwrap()).await.status, 401);
        },
    );
}
