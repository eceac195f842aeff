use super::asking::{page, request};
use super::{Service, with_embedded, with_service};
use async_api::model::{AuditId, KeyLimits};
use axum::body::{Body, BodyDataStream};
use futures::{FutureExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// A stream that is being read.
struct Stream {
    body: BodyDataStream,
    text: String,
}

#[derive(Debug)]
struct Message {
    id: u64,
    event: String,
    data: Value,
}

impl Stream {
    async fn open(service: &Service, id: AuditId, last: Option<u64>) -> Stream {
        let mut request = request("GET", &format!("/v1/audits/{id}/events"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Stream::answered(service.head(request.body(Body::empty()).unwrap()).await)
    }

    fn answered(response: axum::http::Response<Body>) -> Stream {
        assert_eq!(response.status(), 200);
        Stream { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next message; none at the end of the stream.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let Some(id) = field("id:") else { continue };
                let data = serde_json::from_str(field("data:").unwrap()).unwrap();
                return Some(Message { id: id.parse().unwrap(), event: field("event:").unwrap().to_owned(), data });
            }
            self.text += std::str::from_utf8(&self.body.next().await?.unwrap()).unwrap();
        }
    }

    /// The numbers of all that is left, until the stream ends.
    async fn rest(mut self) -> Vec<u64> {
        let mut numbers = Vec::new();
        while let Some(message) = self.next().await {
            numbers.push(message.id);
        }
        numbers
    }
}

#[test]
fn an_audit_is_followed_from_beginning_to_end() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let mut stream = Stream::open(&service, id, None).await;
            let first = stream.next().await.unwrap();
            assert_eq!((first.id, first.event.as_str(), &first.data["state"]), (1, "state", &json!("queued")));
            assert_eq!((&first.data["number"], &first.data["event"]), (&json!(1), &json!("state")));
            assert!(stream.next().now_or_never().is_none());
            let job = service.begin().await;
            let running = stream.next().await.unwrap();
            assert_eq!((running.id, &running.data["state"]), (2, &json!("running")));
            service.record(&job, vec![page(1, 200, Vec::new())]).await;
            let progress = stream.next().await.unwrap();
            assert_eq!((progress.event.as_str(), &progress.data["counts"]["pages"]), ("progress", &json!(1)));
            service.end(&job, Vec::new()).await;
            let done = stream.next().await.unwrap();
            assert_eq!((done.id, &done.data["state"]), (4, &json!("done")));
            assert!(stream.next().await.is_none());
        },
    );
}

/// More events than are read at a time, while they come, and from anywhere: each once and in order.
#[test]
fn nothing_is_lost_and_nothing_comes_twice() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let job = service.begin().await;
            for number in 1..=150 {
                service.record(&job, vec![page(number, 200, Vec::new())]).await;
            }
            let mut listeners = Vec::new();
            for last in [0, 1, 99, 100, 101, 152] {
                let stream = Stream::open(&service, id, Some(last)).await;
                listeners.push((last, tokio::spawn(stream.rest())));
            }
            for number in 151..=300 {
                service.record(&job, vec![page(number, 200, Vec::new())]).await;
                tokio::task::yield_now().await;
            }
            service.end(&job, Vec::new()).await;
            for (last, listener) in listeners {
                assert_eq!(listener.await.unwrap(), (last + 1..=303).collect::<Vec<_>>(), "{last}");
            }
            // What breaks off is taken up where it broke off.
            let (mut seen, mut last) = (Vec::new(), None);
            while last != Some(303) {
                let mut stream = Stream::open(&service, id, last).await;
                for _ in 0..70 {
                    let Some(message) = stream.next().await else { break };
                    seen.push(message.id);
                    last = Some(message.id);
                }
            }
            assert_eq!(seen, (1..=303).collect::<Vec<_>>());
        },
    );
}

#[test]
fn who_has_seen_the_end_need_not_come_again() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.done().await;
            assert_eq!(service.get(&format!("/v1/audits/{id}/events?after=4")).await.status, 204);
            let last = Stream::answered(
                service
                    .head(request("GET", &format!("/v1/audits/{id}/events?after=3")).body(Body::empty()).unwrap())
                    .await,
            );
            assert_eq!(last.rest().await, [4]);
            // The header is of now, the query of the first time.
            let both = request("GET", &format!("/v1/audits/{id}/events?after=1")).header("last-event-id", "3");
            assert_eq!(Stream::answered(service.head(both.body(Body::empty()).unwrap()).await).rest().await, [4]);
            let wrong = request("GET", &format!("/v1/audits/{id}/events")).header("last-event-id", "x");
            assert_eq!(service.ask(wrong.body(Body::empty()).unwrap()).await.fields(), ["Last-Event-ID"]);
        },
    );
}

#[test]
fn a_failure_in_the_past_does_not_end_it() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let job = service.begin().await;
            service.fail(&job).await;
            assert_eq!(Stream::open(&service, id, None).await.rest().await, [1, 2, 3]);
            service.order(&format!("/v1/audits/{id}/retry")).await;
            let mut stream = Stream::open(&service, id, None).await;
            let mut states = Vec::new();
            for _ in 0..4 {
                states.push(stream.next().await.unwrap().data["state"].clone());
            }
            assert_eq!(states, ["queued", "running", "failed", "queued"]);
            let job = service.begin().await;
            service.end(&job, Vec::new()).await;
            assert_eq!(stream.rest().await, [5, 6]);
        },
    );
}

/// The last of as many events as are read at a time may be an end, and not the last of all.
#[test]
fn a_failure_at_the_end_of_what_is_read_at_once_does_not_end_it() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let job = service.begin().await;
            for number in 1..=97 {
                service.record(&job, vec![page(number, 200, Vec::new())]).await;
            }
            service.fail(&job).await; // the hundredth
            service.order(&format!("/v1/audits/{id}/retry")).await;
            let job = service.begin().await;
            service.end(&job, Vec::new()).await;
            for last in [0, 1, 99, 100] {
                let numbers = Stream::open(&service, id, Some(last)).await.rest().await;
                assert_eq!(numbers, (last + 1..=103).collect::<Vec<_>>());
            }
        },
    );
}

#[test]
fn streams_end_when_the_service_stops() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let mut stream = Stream::open(&service, id, None).await;
            assert_eq!(stream.next().await.unwrap().id, 1);
            assert!(stream.next().now_or_never().is_none());
            service.app.stopping.cancel();
            assert!(stream.next().await.is_none());
        },
    );
}

#[test]
fn streams_end_when_the_audit_is_deleted() {
    with_service(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let mut stream = Stream::open(&service, id, None).await;
            assert_eq!(stream.next().await.unwrap().id, 1);
            service.delete(&format!("/v1/audits/{id}")).await;
            assert!(stream.next().await.is_none());
        },
    );
}

#[test]
fn streams_end_when_the_key_is_taken_back() {
    with_service(
        |settings| settings.keys = true,
        |service| async move {
            let key = service.key("aak_one", KeyLimits::default()).await;
            let bearer = "Bearer aak_one";
            let create = request("POST", "/v1/audits").header("authorization", bearer);
            let create = create.header("content-type", "application/json");
            let body = Body::from(r#"{"url": "https://example.com/"}"#);
            let id = service.ask(create.body(body).unwrap()).await.json()["id"].as_str().unwrap().to_owned();
            let follow = request("GET", &format!("/v1/audits/{id}/events")).header("authorization", bearer);
            let mut stream = Stream::answered(service.head(follow.body(Body::empty()).unwrap()).await);
            assert_eq!(stream.next().await.unwrap().id, 1);
            service.app.store.revoke_key(key.id).await.unwrap();
            assert!(stream.next().await.is_none());
        },
    );
}

/// No hint says that time has passed, or that another process has written: it looks now and then.
#[test]
fn it_goes_on_without_hints() {
    with_embedded(
        |_| (),
        |service| async move {
            let id = service.audit().await;
            let mut stream = Stream::open(&service, id, None).await;
            assert_eq!(stream.next().await.unwrap().id, 1);
            // Another store on the same file, with hints of its own.
            let other = async_api::store::Store::embedded(service.file(), 1).await.unwrap();
            let job = other.lease("elsewhere", 1, Duration::from_secs(60), 4).await.unwrap().remove(0);
            assert_eq!(job.audit.id, id);
            let running = timeout(Duration::from_secs(30), stream.next()).await.unwrap();
            assert_eq!(running.unwrap().data["state"], "running");
            other.close().await;
        },
    );
}
