use super::asking::{DOCUMENT, page, request, template};
use super::with_service;
use async_api::model::Image;
use axum::body::Body;
use serde_json::{Value, json};

const METHODS: [&str; 7] = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"];

fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
    let mut operations = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method.to_lowercase()) {
                operations.push((path.as_str(), method, operation));
            }
        }
    }
    operations
}

#[test]
fn what_is_documented_is_there_and_nothing_else() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let job = service.begin().await;
            let image = Image("http://127.0.0.1:1/a.png".to_owned());
            service.record(&job, vec![page(1, 200, vec![image])]).await;
            service.end(&job, Vec::new()).await;
            for (path, method, _) in operations() {
                let schedule = json!({"url": "https://example.com/", "every_hours": 1});
                let schedule = service.post("/v1/schedules", &schedule).await.json()["id"].as_str().unwrap().to_owned();
                let of = if path.starts_with("/v1/schedules") { schedule } else { id.to_string() };
                let path = path.replace("{id}", &of).replace("{number}", "1").replace("{place}", "0");
                if method == "DELETE" && path.starts_with("/v1/audits") {
                    continue; // last of all
                }
                let body = Body::from(r#"{"url": "https://example.com/", "every_hours": 1}"#);
                let request = request(method, &path).header("content-type", "application/json").body(body).unwrap();
                let status = service.head(request).await.status();
                assert!(status != 404 && status != 405, "{method} {path}: {status}");
            }
            assert_eq!(service.delete(&format!("/v1/audits/{id}")).await.status, 204);
            let known: Vec<_> = operations().into_iter().map(|(path, method, _)| (path, method)).collect();
            for path in DOCUMENT["paths"].as_object().unwrap().keys() {
                for method in METHODS.into_iter().filter(|method| !known.contains(&(path, method))) {
                    let answer = service.ask(request(method, path).body(Body::empty()).unwrap()).await;
                    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (405, "method"), "{method} {path}");
                    let allow: Vec<&str> = answer.header("allow").split(',').filter(|one| *one != "HEAD").collect();
                    assert!(allow.iter().all(|one| known.contains(&(path, *one))), "{path} {allow:?}");
                    assert_eq!(allow.len(), known.iter().filter(|(one, _)| one == path).count());
                }
            }
            for path in ["/v1", "/v1/", "/v1/audits/", "/v1/keys", "/v2/audits", "/v1/audits/x/y", "/x", "/.git"] {
                assert_eq!(template(path), None);
                assert_eq!(service.get(path).await.problem(), "not-found", "{path}");
            }
        },
    );
}

#[test]
fn head_is_get_without_a_body() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.done().await;
            for path in
                ["/v1/audits".to_owned(), format!("/v1/audits/{id}"), "/docs".to_owned(), "/v1/audits/x".to_owned()]
            {
                let get = service.get(&path).await;
                let head = service.ask(request("HEAD", &path).body(Body::empty()).unwrap()).await;
                assert_eq!((head.status, head.bytes.len()), (get.status, 0), "{path}");
                assert_eq!(head.header("content-type"), get.header("content-type"));
            }
        },
    );
}

#[test]
fn the_document_is_complete() {
    assert!(DOCUMENT["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(DOCUMENT["components"]["securitySchemes"]["key"]["scheme"], "bearer");
    let mut names = Vec::new();
    for (path, method, operation) in operations() {
        let (private, at) = (path.starts_with("/v1"), format!("{method} {path}"));
        names.push(operation["operationId"].as_str().unwrap());
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{at}");
        assert_eq!(operation.get("security").is_some(), private, "{at}");
        let placeholders = path.matches('{').count();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        assert_eq!(parameters.iter().filter(|parameter| parameter["in"] == "path").count(), placeholders, "{at}");
        // A parameter is there or not. In a query or a header, null would be the text "null".
        let wrong = |parameter: &Value| parameter["name"] == "unknown" || parameter["schema"]["type"].is_array();
        assert!(!parameters.iter().any(wrong), "{at}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.as_str() < "400" {
                continue;
            }
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{at} {status}");
        }
        for status in if private { &["401", "403", "429", "500", "503"][..] } else { &["500", "503"] } {
            assert!(operation["responses"].get(status).is_some(), "{at} {status}");
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    // Every reference leads somewhere.
    let text = DOCUMENT.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(DOCUMENT.pointer(pointer).is_some(), "{pointer}");
    }
}

#[test]
fn what_a_request_may_say_is_what_is_documented() {
    with_service(
        |_| (),
        |service| async move {
            for (schema, path) in [("AuditRequest", "/v1/audits"), ("ScheduleRequest", "/v1/schedules")] {
                let schema = &DOCUMENT["components"]["schemas"][schema];
                assert_eq!(schema["additionalProperties"], false);
                let properties = schema["properties"].as_object().unwrap();
                let mut body = json!({"url": "https://example.com/", "every_hours": 1});
                body.as_object_mut().unwrap().retain(|name, _| properties.contains_key(name));
                for (name, property) in properties.iter().filter(|(_, property)| property.get("minimum").is_some()) {
                    let least = property["minimum"].as_i64().unwrap();
                    let try_out = async |number: i64| {
                        let mut body = body.clone();
                        body[name] = number.into();
                        service.post(path, &body).await.status.is_success()
                    };
                    assert!(try_out(least).await && !try_out(least - 1).await, "{name}");
                    if let Some(most) = property.get("maximum").and_then(Value::as_i64) {
                        assert!(try_out(most).await && !try_out(most + 1).await, "{name}");
                    }
                }
                for name in schema["required"].as_array().unwrap() {
                    let mut body = body.clone();
                    body.as_object_mut().unwrap().remove(name.as_str().unwrap());
                    assert_eq!(service.post(path, &body).await.fields(), [name.as_str().unwrap()]);
                }
            }
        },
    );
}
