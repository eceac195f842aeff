use super::asking::{page, request};
use super::{with_embedded, with_service};
use async_api::model::{AuditState, KeyLimits, Owner};
use axum::body::Body;
use serde_json::json;
use uuid::Uuid;

#[test]
fn an_audit_is_created_read_and_deleted() {
    with_service(
        |_| (),
        |service| async move {
            let created = service.post("/v1/audits", &json!({"url": "https://Example.com#top"})).await;
            assert_eq!(created.status, 202);
            let audit = created.json();
            let path = format!("/v1/audits/{}", audit["id"].as_str().unwrap());
            assert_eq!(created.header("location"), path);
            assert_eq!(audit["url"], "https://example.com/");
            assert_eq!(
                audit["options"],
                json!({"max_pages": 1000, "max_depth": null, "concurrency": 8, "delay_ms": 0, "slow_ms": 1000})
            );
            assert_eq!((&audit["state"], audit.get("owner")), (&json!("queued"), None));
            // What was answered before the audit was there is what there is.
            assert_eq!(service.get(&path).await.json(), audit);
            let gone = service.delete(&path).await;
            assert_eq!((gone.status.as_u16(), gone.bytes.len()), (204, 0));
            assert_eq!(service.get(&path).await.problem(), "not-found");
            assert_eq!(service.delete(&path).await.status, 404);
        },
    );
}

#[test]
fn all_options_are_taken() {
    with_service(
        |_| (),
        |service| async move {
            let body = json!({
                "url": "http://example.com/a?b=c", "max_pages": 1, "max_depth": 0, "concurrency": 32, "delay_ms": 60000,
                "slow_ms": 1
            });
            let mut audit = service.post("/v1/audits", &body).await.json();
            let options = audit["options"].as_object_mut().unwrap();
            options.insert("url".to_owned(), body["url"].clone());
            assert_eq!(audit["options"], body);
        },
    );
}

#[test]
fn what_runs_is_cancelled_and_what_is_over_is_not() {
    with_service(
        |_| (),
        |service| async move {
            let waiting = service.audit().await;
            let answer = service.order(&format!("/v1/audits/{waiting}/cancel")).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["state"]), (202, &json!("cancelled")));
            let again = service.order(&format!("/v1/audits/{waiting}/cancel")).await;
            assert_eq!((again.status.as_u16(), again.problem().as_str()), (409, "state"));

            let running = service.audit().await;
            service.begin().await;
            let answer = service.order(&format!("/v1/audits/{running}/cancel")).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["cancelling"]), (202, &json!(true)));
            assert_eq!(service.state(running).await, AuditState::Running);
        },
    );
}

#[test]
fn only_what_has_failed_is_retried() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let retry = format!("/v1/audits/{id}/retry");
            assert_eq!(service.order(&retry).await.status, 409);
            let job = service.begin().await;
            service.fail(&job).await;
            let answer = service.order(&retry).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["state"]), (202, &json!("queued")));
            assert_eq!(service.order(&retry).await.problem(), "state");
        },
    );
}

#[test]
fn what_is_anothers_is_not_there() {
    with_service(
        |settings| settings.keys = true,
        |service| async move {
            for key in ["aak_one", "aak_two"] {
                service.key(key, KeyLimits::default()).await;
            }
            let ask = async |key: &str, method: &str, path: &str| {
                let request = request(method, path).header("authorization", format!("Bearer {key}"));
                service.ask(request.body(Body::empty()).unwrap()).await
            };
            let body = json!({"url": "https://example.com/"}).to_string();
            let create = request("POST", "/v1/audits").header("authorization", "Bearer aak_one");
            let create = create.header("content-type", "application/json").body(Body::from(body)).unwrap();
            let id = service.ask(create).await.json()["id"].as_str().unwrap().to_owned();
            let job = service.begin().await;
            let image = async_api::model::Image("https://example.com/a.png".to_owned());
            service.record(&job, vec![page(1, 200, vec![image])]).await;
            service.fail(&job).await;
            let audit = format!("/v1/audits/{id}");
            for (method, end) in [
                ("GET", ""),
                ("GET", "/pages"),
                ("GET", "/findings"),
                ("GET", "/events"),
                ("GET", "/report"),
                ("GET", "/report.csv"),
                ("GET", "/report.pdf"),
                ("GET", "/pages/1/images/0/thumbnail"),
                ("POST", "/cancel"),
                ("POST", "/retry"),
                ("DELETE", ""),
            ] {
                let answer = ask("aak_two", method, &format!("{audit}{end}")).await;
                assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (404, "not-found"), "{method} {end}");
            }
            assert_eq!(ask("aak_two", "GET", "/v1/audits").await.json()["items"], json!([]));
            assert_eq!(ask("aak_one", "GET", &audit).await.json()["state"], "failed");
            assert_eq!(ask("aak_one", "GET", "/v1/audits").await.json()["items"][0]["id"], id.as_str());
        },
    );
}

#[test]
fn what_is_no_id_names_nothing() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await.to_string();
            for wrong in ["1", "..", "%FF", "%00", &id.to_uppercase(), &id.replace('-', ""), &Uuid::nil().to_string()] {
                for end in ["", "/pages", "/findings", "/events", "/report", "/pages/1/images/0/thumbnail"] {
                    assert_eq!(service.get(&format!("/v1/audits/{wrong}{end}")).await.problem(), "not-found");
                }
                assert_eq!(service.order(&format!("/v1/audits/{wrong}/cancel")).await.status, 404);
                assert_eq!(service.delete(&format!("/v1/schedules/{wrong}")).await.status, 404);
            }
        },
    );
}

#[test]
fn when_nothing_can_be_written_clients_are_told_to_come_again() {
    with_embedded(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            service.app.store.limit_pages(Some(1)).await.unwrap();
            let mut answer = service.post("/v1/audits", &json!({"url": "https://example.com/"})).await;
            // There may be room left in pages that are there already.
            while answer.status == 202 {
                answer = service.post("/v1/audits", &json!({"url": "https://example.com/"})).await;
            }
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "unavailable"));
            assert_eq!(answer.header("retry-after"), "30");
            assert!(!answer.text().contains("full") && !answer.text().contains("sqlite"), "{}", answer.text());
            assert_eq!(service.get(&format!("/v1/audits/{id}")).await.status, 200);
            service.app.store.limit_pages(None).await.unwrap();
            assert!(service.app.store.audit(&Owner::local(), id).await.unwrap().is_some());

            service.app.store.close().await;
            let answer = service.get(&format!("/v1/audits/{id}")).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "unavailable"));
            assert_ne!(answer.header("retry-after"), "");
        },
    );
}
