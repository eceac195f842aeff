use super::asking::{finding, page};
use super::{Service, with_service};
use async_api::model::{AuditId, AuditOptions, Detail, Finding, FindingKind, Owner, Timestamp};
use async_api::store::NewAudit;
use serde_json::{Value, json};
use std::collections::HashSet;

async fn create(service: &Service) -> String {
    let options = AuditOptions { max_pages: 1, max_depth: None, concurrency: 1, delay_ms: 0, slow_ms: 1 };
    let (id, owner, url) = (AuditId::new(), Owner::local(), "https://example.com/".to_owned());
    let new = NewAudit { id, owner, url, options, created_at: Timestamp(0), schedule: None };
    service.app.store.create_audit(new, None, None).await.unwrap();
    id.to_string()
}

fn ids(list: &Value, name: &str) -> Vec<Value> {
    list["items"].as_array().unwrap().iter().map(|item| item[name].clone()).collect()
}

#[test]
fn two_hundred_and_fifty_audits_while_new_ones_arrive() {
    with_service(
        |_| (),
        |service| async move {
            let mut expected = Vec::new();
            for _ in 0..250 {
                expected.push(json!(create(&service).await));
            }
            expected.reverse();
            for limit in [1, 37, 50, 100] {
                let (mut seen, mut query, mut new) = (Vec::new(), format!("limit={limit}"), HashSet::new());
                loop {
                    let list = service.get(&format!("/v1/audits?{query}")).await.json();
                    let page = ids(&list, "id");
                    assert!(page.len() <= limit);
                    seen.extend(page);
                    new.insert(create(&service).await);
                    match list["next"].as_str() {
                        Some(next) => query = format!("limit={limit}&after={next}"),
                        None => break,
                    }
                }
                // Those that were there, none twice, none lost, and none of those that came later.
                let (known, later): (Vec<_>, Vec<_>) = seen.into_iter().partition(|id| expected.contains(id));
                assert_eq!(known, expected, "{limit}");
                assert!(later.iter().all(|id| !new.contains(id.as_str().unwrap())));
            }
        },
    );
}

#[test]
fn a_list_that_ends_with_its_page_has_no_next() {
    with_service(
        |_| (),
        |service| async move {
            for _ in 0..4 {
                create(&service).await;
            }
            let list = async |query: &str| service.get(&format!("/v1/audits?{query}")).await.json();
            assert_eq!(list("limit=4").await["next"], Value::Null);
            let first = list("limit=2").await;
            let second = list(&format!("limit=2&after={}", first["next"].as_str().unwrap())).await;
            assert_eq!((ids(&second, "id").len(), &second["next"]), (2, &Value::Null));
            assert_eq!(service.get("/v1/schedules").await.json(), json!({"items": [], "next": null}));
        },
    );
}

#[test]
fn audits_are_listed_by_state() {
    with_service(
        |_| (),
        |service| async move {
            let done = service.done().await.to_string();
            let queued = service.audit().await.to_string();
            for (state, expected) in [("done", vec![done]), ("queued", vec![queued]), ("failed", vec![])] {
                let list = service.get(&format!("/v1/audits?state={state}")).await.json();
                assert_eq!(ids(&list, "id"), expected);
            }
        },
    );
}

#[test]
fn pages_are_filtered_and_paged() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let job = service.begin().await;
            let pages = (1..=250).map(|number| page(number, if number % 10 == 0 { 404 } else { 200 }, Vec::new()));
            service.record(&job, pages.collect()).await;
            let get = async |query: &str| service.get(&format!("/v1/audits/{id}/pages?{query}")).await.json();
            let (mut seen, mut query) = (Vec::new(), "limit=99".to_owned());
            loop {
                let list = get(&query).await;
                seen.extend(ids(&list, "number"));
                let Some(next) = list["next"].as_str() else { break };
                query = format!("limit=99&after={next}");
            }
            assert_eq!(seen, (1..=250).map(Value::from).collect::<Vec<_>>());
            let broken: Vec<_> = (1..=25).map(|tenth| json!(tenth * 10)).collect();
            assert_eq!(ids(&get("status=404&limit=100").await, "number"), broken);
            assert_eq!(ids(&get("broken=true&limit=100").await, "number"), broken);
            assert_eq!(ids(&get("broken=true&status=200").await, "number"), [0; 0]);
            assert_eq!(ids(&get("contains=/249").await, "number"), [json!(249)]);
            assert_eq!(ids(&get("contains=%25").await, "number"), [0; 0]);
            // Filters go with a cursor as well.
            let first = get("broken=true&limit=2").await;
            let next = format!("broken=true&limit=2&after={}", first["next"].as_str().unwrap());
            assert_eq!(ids(&get(&next).await, "number"), [json!(30), json!(40)]);
        },
    );
}

#[test]
fn findings_are_filtered_and_a_cursor_is_of_one_list() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let job = service.begin().await;
            let detail = Detail::Titles { title: "Home".to_owned(), pages: Vec::new(), count: 2 };
            let kind = FindingKind::DuplicateTitle;
            let twice = Finding { number: 4, kind, url: "https://example.com/".to_owned(), detail };
            service.end(&job, [finding(1), finding(2), finding(3), twice].to_vec()).await;
            let get = async |list: &str| service.get(&format!("/v1/audits/{id}/{list}")).await;
            let first = get("findings?limit=2").await.json();
            assert_eq!(ids(&first, "number"), [json!(1), json!(2)]);
            let next = first["next"].as_str().unwrap();
            assert_eq!(ids(&get(&format!("findings?after={next}")).await.json(), "number"), [json!(3), json!(4)]);
            assert_eq!(ids(&get("findings?kind=duplicate_title").await.json(), "number"), [json!(4)]);
            assert_eq!(get(&format!("pages?after={next}")).await.fields(), ["after"]);
            assert_eq!(service.get(&format!("/v1/audits?after={next}")).await.fields(), ["after"]);
            assert_eq!(get(&format!("findings?after={next}%3D")).await.fields(), ["after"]);
        },
    );
}
