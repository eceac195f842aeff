use super::asking::{Answer, request};
use super::{Service, with_service};
use async_api::model::KeyLimits;
use axum::body::Body;
use axum::http::Request;
use futures::future::join_all;
use serde_json::{Value, json};

fn create(key: &str, body: &Value) -> Request<Body> {
    let request = request("POST", "/v1/audits").header("content-type", "application/json");
    request.header("idempotency-key", key).body(Body::from(body.to_string())).unwrap()
}

async fn count(service: &Service) -> usize {
    service.get("/v1/audits").await.json()["items"].as_array().unwrap().len()
}

fn same(one: &Answer, other: &Answer) {
    assert_eq!((one.status, &one.bytes), (other.status, &other.bytes));
    assert_eq!(one.header("location"), other.header("location"));
    assert_eq!(one.header("content-type"), other.header("content-type"));
}

#[test]
fn the_same_request_is_answered_again() {
    with_service(
        |_| (),
        |service| async move {
            let body = json!({"url": "https://example.com/", "max_pages": 5});
            let first = service.ask(create("k", &body)).await;
            assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (202, ""));
            // What has become of the audit since then does not matter.
            let job = service.begin().await;
            service.end(&job, Vec::new()).await;
            let again = service.ask(create("k", &body)).await;
            assert_eq!(again.header("idempotent-replayed"), "true");
            same(&first, &again);
            // It is the same request however it is written.
            let written = json!({"max_pages": 5, "concurrency": 8, "url": "https://EXAMPLE.com"});
            same(&first, &service.ask(create("k", &written)).await);
            assert_eq!(count(&service).await, 1);
            assert_eq!(service.ask(create("l", &body)).await.header("idempotent-replayed"), "");
            assert_eq!(count(&service).await, 2);
        },
    );
}

#[test]
fn another_request_with_the_same_key_is_refused() {
    with_service(
        |_| (),
        |service| async move {
            let first = json!({"url": "https://example.com/"});
            assert_eq!(service.ask(create("k", &first)).await.status, 202);
            for other in
                [json!({"url": "https://example.org/"}), json!({"url": "https://example.com/", "max_pages": 1})]
            {
                let answer = service.ask(create("k", &other)).await;
                assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "idempotency-key"));
            }
            assert_eq!(count(&service).await, 1);
            // A request that was refused has not used its key up.
            assert_eq!(service.ask(create("m", &json!({"url": "x"}))).await.fields(), ["url"]);
            assert_eq!(service.ask(create("m", &first)).await.status, 202);
            assert_eq!(service.ask(create("a b", &first)).await.fields(), ["Idempotency-Key"]);
        },
    );
}

#[test]
fn twenty_at_once_create_one() {
    with_service(
        |_| (),
        |service| async move {
            let body = json!({"url": "https://example.com/"});
            let answers = join_all((0..20).map(|_| service.ask(create("k", &body)))).await;
            let new = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count();
            assert_eq!((new, count(&service).await), (1, 1));
            answers.iter().for_each(|answer| same(&answers[0], answer));
        },
    );
}

#[test]
fn keys_of_two_owners_do_not_meet() {
    with_service(
        |settings| settings.keys = true,
        |service| async move {
            let mut locations = Vec::new();
            for key in ["aak_one", "aak_two"] {
                service.key(key, KeyLimits::default()).await;
                let mut create = create("k", &json!({"url": "https://example.com/"}));
                create.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
                let answer = service.ask(create).await;
                assert_eq!((answer.status.as_u16(), answer.header("idempotent-replayed")), (202, ""));
                locations.push(answer.header("location").to_owned());
            }
            assert_ne!(locations[0], locations[1]);
        },
    );
}
