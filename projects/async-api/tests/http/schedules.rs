use super::with_service;
use serde_json::{Value, json};

#[test]
fn a_schedule_is_created_listed_and_deleted() {
    with_service(
        |_| (),
        |service| async move {
            let body = json!({"url": "https://example.com", "every_hours": 24, "max_pages": 7});
            let created = service.post("/v1/schedules", &body).await;
            assert_eq!(created.status, 201);
            let schedule = created.json();
            assert_eq!((&schedule["every_hours"], &schedule["options"]["max_pages"]), (&json!(24), &json!(7)));
            assert_eq!(service.get("/v1/schedules").await.json(), json!({"items": [schedule], "next": null}));
            let path = format!("/v1/schedules/{}", schedule["id"].as_str().unwrap());
            assert_eq!(service.delete(&path).await.status, 204);
            assert_eq!(service.delete(&path).await.problem(), "not-found");
            assert_eq!(service.get("/v1/schedules").await.json()["items"], json!([]));
        },
    );
}

#[test]
fn what_is_wrong_with_a_schedule_is_said() {
    with_service(
        |_| (),
        |service| async move {
            for (body, fields) in [
                (json!({}), &["url", "every_hours"][..]),
                (json!({"url": "https://example.com", "every_hours": 0}), &["every_hours"]),
                (json!({"url": "https://example.com", "every_hours": 8761}), &["every_hours"]),
                (json!({"url": "http://127.0.0.1", "every_hours": 1, "max_pages": 0}), &["url", "max_pages"]),
                (json!({"url": "https://example.com", "every_hours": 1, "hours": 1}), &["hours"]),
            ] {
                let mut wrong = service.post("/v1/schedules", &body).await.fields();
                let mut fields = fields.to_vec();
                wrong.sort();
                fields.sort_unstable();
                assert_eq!(wrong, fields);
            }
        },
    );
}

#[test]
fn schedules_are_paged() {
    with_service(
        |_| (),
        |service| async move {
            let mut expected = Vec::new();
            for hours in 1..=7 {
                let body = json!({"url": "https://example.com", "every_hours": hours});
                expected.insert(0, service.post("/v1/schedules", &body).await.json()["id"].clone());
            }
            let (mut seen, mut query) = (Vec::new(), "limit=3".to_owned());
            loop {
                let list = service.get(&format!("/v1/schedules?{query}")).await.json();
                seen.extend(list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
                let Some(next) = list["next"].as_str() else { break };
                query = format!("limit=3&after={next}");
            }
            assert_eq!(seen, expected);
            assert!(seen.iter().all(Value::is_string));
        },
    );
}
