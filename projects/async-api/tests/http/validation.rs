use super::asking::request;
use super::with_service;
use axum::body::Body;
use serde_json::{Value, json};

/// What the service says about bodies: the fields that are wrong.
async fn wrong(service: &super::Service, body: Value) -> Vec<String> {
    let answer = service.post("/v1/audits", &body).await;
    if answer.status == 202 { Vec::new() } else { answer.fields() }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    with_service(
        |_| (),
        |service| async move {
            let all = json!({
                "url": "ftp://example.com", "max_pages": 0, "max_depth": -1, "concurrency": "8", "delay_ms": 60001,
                "slow_ms": 1.5, "maxpages": 1, "owner": "me"
            });
            let mut fields = wrong(&service, all).await;
            fields.sort();
            let expected = ["concurrency", "delay_ms", "max_depth", "max_pages", "maxpages", "owner", "slow_ms", "url"];
            assert_eq!(fields, expected);
            assert_eq!(wrong(&service, json!({})).await, ["url"]);
            let answer = service.get("/v1/audits?limit=0&after=x&state=asleep&page=2").await;
            let mut fields = answer.fields();
            fields.sort();
            assert_eq!(fields, ["after", "limit", "page", "state"]);
        },
    );
}

#[test]
fn the_bounds_are_where_they_are_said_to_be() {
    with_service(
        |settings| settings.audits.max_pages = 500,
        |service| async move {
            let usual = service.post("/v1/audits", &json!({"url": "https://example.com/"})).await;
            assert_eq!(usual.json()["options"]["max_pages"], 500);
            for (field, inside, outside) in [
                ("max_pages", [1, 500], [0, 501]),
                ("max_depth", [0, 10_000], [-1, 10_001]),
                ("concurrency", [1, 32], [0, 33]),
                ("delay_ms", [0, 60_000], [-1, 60_001]),
                ("slow_ms", [1, 600_000], [0, 600_001]),
            ] {
                for number in inside {
                    assert!(wrong(&service, json!({"url": "https://example.com", field: number})).await.is_empty());
                }
                for number in outside {
                    assert_eq!(wrong(&service, json!({"url": "https://example.com", field: number})).await, [field]);
                }
                assert!(wrong(&service, json!({"url": "https://example.com", field: null})).await.is_empty());
                let huge = json!({"url": "https://example.com", field: u64::MAX});
                assert_eq!(wrong(&service, huge).await, [field]);
            }
        },
    );
}

#[test]
fn urls_are_those_that_a_crawl_may_begin_at() {
    with_service(
        |settings| settings.audits.allow = vec!["10.0.0.0/8".parse().unwrap()],
        |service| async move {
            let long = |length: usize| format!("https://example.com/{}", "x".repeat(length - 20));
            for right in [
                "http://example.com",
                "HTTPS://example.com:8443/a?b#c",
                "http://10.0.0.1/",
                "http://8.8.8.8/",
                "http://[2606:4700::1111]/",
                "http://b\u{fc}cher.example/",
                &long(2000),
            ] {
                assert!(wrong(&service, json!({"url": right})).await.is_empty(), "{right}");
            }
            let grows = format!("https://example.com/{}", "\u{fc}".repeat(1000));
            for other in [
                "",
                "example.com",
                "/",
                "//example.com",
                "ftp://example.com/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "http://",
                "http://user@example.com/",
                "http://user:secret@example.com/",
                "http://127.0.0.1/",
                "http://0x7f.1/",
                "http://2130706433/",
                "http://[::1]/",
                "http://localhost/",
                "http://LOCALHOST.:8080/",
                "http://a.localhost/",
                &long(2001),
                &grows,
            ] {
                assert_eq!(wrong(&service, json!({"url": other})).await, ["url"], "{other}");
            }
            for other in [json!(1), json!(null), json!(["https://example.com"]), json!({})] {
                assert_eq!(wrong(&service, json!({"url": other})).await, ["url"]);
            }
        },
    );
}

#[test]
fn what_is_no_json_object_is_refused() {
    with_service(
        |_| (),
        |service| async move {
            let send = async |media_type: Option<&str>, body: &str| {
                let mut request = request("POST", "/v1/audits");
                if let Some(media_type) = media_type {
                    request = request.header("content-type", media_type);
                }
                let answer = service.ask(request.body(Body::from(body.to_owned())).unwrap()).await;
                (answer.status.as_u16(), if answer.status == 202 { String::new() } else { answer.problem() })
            };
            let (json, right) = (Some("application/json"), r#"{"url": "https://example.com/"}"#);
            assert_eq!(send(Some("application/json; charset=utf-8"), right).await.0, 202);
            for (media_type, body, status, kind) in [
                (json, "", 400, "malformed"),
                (json, "{", 400, "malformed"),
                (json, "url=https://example.com", 400, "malformed"),
                (json, &format!("{{\"url\": {}", "[".repeat(10_000)), 400, "malformed"),
                (json, "[]", 422, "validation"),
                (json, "null", 422, "validation"),
                (json, r#"{"url": "https://example.com/", "url": "https://example.org/"}"#, 422, "validation"),
                (None, right, 415, "media-type"),
                (Some("text/plain"), right, 415, "media-type"),
                (Some("application/x-www-form-urlencoded"), right, 415, "media-type"),
                (json, &" ".repeat(65 * 1024), 413, "too-large"),
            ] {
                assert_eq!(send(media_type, body).await, (status, kind.to_owned()), "{body:.40}");
            }
        },
    );
}

#[test]
fn orders_without_a_body_are_no_form_either() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let order = request("POST", &format!("/v1/audits/{id}/cancel"));
            let form = order.header("content-type", "text/plain").body(Body::from("x")).unwrap();
            assert_eq!(service.ask(form).await.problem(), "media-type");
        },
    );
}

#[test]
fn queries_are_read_strictly() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.done().await;
            for (query, fields) in [
                ("pages?limit=1&status=200&broken=false&contains=example", &[][..]),
                ("pages?limit=101", &["limit"]),
                ("pages?limit=+1", &["limit"]),
                ("pages?limit=01", &["limit"]),
                ("pages?limit=", &["limit"]),
                ("pages?status=99", &["status"]),
                ("pages?status=1000", &["status"]),
                ("pages?status=20x", &["status"]),
                ("pages?broken=1", &["broken"]),
                ("pages?broken=True", &["broken"]),
                ("pages?contains=a%00b", &["contains"]),
                ("pages?limit=1&limit=2", &["query"]),
                ("pages?state=done", &["state"]),
                ("findings?kind=typo", &["kind"]),
                ("findings?kind=slow_page", &[]),
                ("findings?contains=a", &["contains"]),
                ("events?after=-1", &["after"]),
                ("events?after=9223372036854775808", &["after"]),
            ] {
                let answer = service.get(&format!("/v1/audits/{id}/{query}")).await;
                if fields.is_empty() {
                    assert_eq!(answer.status, 200, "{query}");
                } else {
                    assert_eq!(answer.fields(), fields, "{query}");
                }
            }
            let long = |length: usize| format!("/v1/audits/{id}/pages?contains={}", "%C3%BC".repeat(length));
            assert_eq!(service.get(&long(200)).await.status, 200);
            assert_eq!(service.get(&long(201)).await.fields(), ["contains"]);
        },
    );
}
