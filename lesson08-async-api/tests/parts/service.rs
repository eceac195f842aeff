//! The service, asked over HTTP.

use std::time::Duration;

use axum::response::IntoResponse;
use common::Scratch;
use lesson08_async_api::running::Running;
use lesson08_async_api::service::input::{Cursor, NoCursor, PAGE, TEXT, TITLE};
use lesson08_async_api::service::{App, Error, Limits, Report};
use lesson08_async_api::store::{Actor, Store, StoreError, sqlite};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::{on_two_workers, until};

const MINUTE: Duration = Duration::from_secs(60);

struct Set {
    app: App,
    service: Running<Report>,
    scratch: Scratch,
}

async fn set_up(places: usize, limits: Limits) -> Set {
    let scratch = Scratch::new().expect("a folder");
    let app = App::new(Store::embedded(&scratch.path().join("a.db"), 2).expect("it opens"), places);
    let service = Running::service(app.clone(), limits).await.expect("a port");
    Set { app, service, scratch }
}

fn request(line: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: here\r\n\r\n")
}

/// A request whose body was announced and does not come.
fn unfinished() -> &'static str {
    "POST /notes HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
}

#[test]
fn what_is_wrong_is_named_field_by_field() {
    on_two_workers(|| async {
        let set = set_up(8, Limits::default()).await;
        let client = &set.service.client;
        let long = |length: usize| "ü".repeat(length);
        for (body, fields) in [
            (json!({}), &["title", "text"][..]),
            (json!({"title": "", "text": ""}), &["title"]),
            (json!({"title": long(TITLE), "text": long(TEXT)}), &[]),
            (json!({"title": long(TITLE + 1), "text": long(TEXT + 1)}), &["title", "text"]),
            (json!({"title": "two\nlines", "text": "two\nlines"}), &["title"]),
            (json!({"title": "x", "text": "\u{0}"}), &["text"]),
        ] {
            let reply = client.post("/notes", &body).await.expect("an answer");
            let problem = reply.json();
            assert_eq!(reply.status, if fields.is_empty() { 201 } else { 422 }, "{}", reply.body);
            let named: Vec<&str> = problem["errors"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|error| error["field"].as_str())
                .collect();
            assert_eq!(named, fields);
        }
        for (query, status) in [
            (String::new(), 200),
            (format!("?limit={PAGE}"), 200),
            ("?limit=0".to_owned(), 422),
            (format!("?limit={}", PAGE + 1), 422),
            ("?limit=-1".to_owned(), 422),
            ("?limit=ten".to_owned(), 422),
            ("?limit=1&limit=2".to_owned(), 400),
            ("?after=".to_owned(), 422),
            (format!("?after={}", Cursor(i64::MIN)), 200),
        ] {
            let reply = client.get(&format!("/notes{query}")).await.expect("an answer");
            assert_eq!(reply.status, status, "{query}: {}", reply.body);
            assert_eq!(reply.kind() == "application/problem+json", status != 200, "{query}");
        }
        set.service.stop().await.expect("it ends");
    });
}

#[test]
fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..10_000 {
        let cursor = Cursor(random.i64(..));
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        // Whatever can be read is spelled in the one way there is.
        let text: String = (0..random.usize(0..20))
            .map(|_| random.choice("a0123456789abcdefF+-gé".chars().collect::<Vec<_>>()).unwrap_or('a'))
            .collect();
        for text in [text.clone(), format!("a{text}"), format!("a{text:0>16}")] {
            assert!(
                text.parse::<Cursor>().is_ok_and(|cursor| cursor.to_string() == text)
                    || text.parse::<Cursor>() == Err(NoCursor)
            );
        }
    }
    for cursor in [0, 1, i64::MAX, i64::MIN, -1].map(Cursor) {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    assert_eq!("a+00000000000001".parse::<Cursor>(), Err(NoCursor));
}

#[test]
fn without_room_it_says_so_before_anything_is_written() {
    on_two_workers(|| async {
        let set = set_up(1, Limits::default()).await;
        let place = set.app.background.reserve().expect("there is room");
        let note = json!({"title": "x", "text": ""});
        let refused = set.service.client.post("/notes", &note).await.expect("an answer");
        assert_eq!((refused.status, refused.retry_after(), refused.kind()), (503, "1", "application/problem+json"));
        assert_eq!(set.app.store.list(None, 10).await.expect("a page"), []);
        drop(place);
        assert_eq!(set.service.client.post("/notes", &note).await.expect("an answer").status, 201);
        let report = set.service.stop().await.expect("it ends");
        assert_eq!((report.tasks_done, report.answered), (1, 2));
    });
}

#[test]
fn without_a_connection_it_says_so_in_time() {
    on_two_workers(|| async {
        let scratch = Scratch::new().expect("a folder");
        let (none, patience) = (Duration::ZERO, Duration::from_millis(20));
        let actor = Actor::away(&scratch.path().join("a.db"), 1, none, patience).expect("it opens");
        let service =
            Running::service(App::new(Store::Actor(actor.clone()), 8), Limits::default()).await.expect("port");
        let held = actor.readers().acquire(MINUTE).await.expect("it is free");
        let refused = service.client.get("/notes/1").await.expect("an answer");
        assert_eq!((refused.status, refused.retry_after()), (503, "1"), "{}", refused.body);
        assert_eq!(service.client.get("/health").await.expect("an answer").status, 200, "the others go on");
        drop(held);
        assert_eq!(service.client.get("/notes/1").await.expect("an answer").status, 404);
        service.stop().await.expect("it ends");
    });
}

#[test]
fn what_the_database_said_is_not_for_clients() {
    on_two_workers(|| async {
        let error = StoreError::Sqlite(rusqlite::Error::InvalidQuery);
        let response = Error::Store(error).into_response();
        assert_eq!(response.status(), 500);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        let problem: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(problem["detail"], "something went wrong on our side");
    });
}

#[test]
fn a_stream_tells_of_new_notes_and_ends_when_the_service_does() {
    on_two_workers(|| async {
        let set = set_up(8, Limits { drain: MINUTE, ..Limits::default() }).await;
        let mut stream = set.service.client.open(&request("GET /events")).await.expect("it accepts");
        until(|| set.app.news.receiver_count() > 0).await;
        let note = set.service.client.post("/notes", &json!({"title": "x", "text": ""})).await.expect("an answer");
        let id = note.json()["id"].as_i64().expect("a number");
        let mut text = Vec::new();
        while !String::from_utf8_lossy(&text).contains(&format!("data: {id}\n")) {
            let read = timeout(MINUTE, stream.read_buf(&mut text)).await.expect("in time").expect("it is open");
            assert!(read > 0, "it ended early: {}", String::from_utf8_lossy(&text));
        }
        let report = timeout(MINUTE / 2, set.service.stop()).await.expect("long before the deadline").expect("it ends");
        timeout(MINUTE, stream.read_to_end(&mut text)).await.expect("in time").expect("not cut");
        assert!(text.ends_with(b"0\r\n\r\n"), "it ended as streams end");
        assert_eq!((report.cut, report.begun), (0, report.answered));
    });
}

#[test]
fn without_clients_it_stops_at_once() {
    on_two_workers(|| async {
        for _ in 0..20 {
            let set = set_up(1, Limits { drain: MINUTE, ..Limits::default() }).await;
            let report = timeout(MINUTE / 2, set.service.stop()).await.expect("at once").expect("it ends");
            let steps = ["accepting", "asked to stop", "requests answered", "tasks finished", "store closed"];
            assert_eq!(report.steps, steps);
        }
    });
}

#[test]
fn a_request_under_way_is_answered_after_the_word_to_stop() {
    on_two_workers(|| async {
        let set = set_up(8, Limits { drain: MINUTE, ..Limits::default() }).await;
        let body = json!({"title": "the last", "text": ""}).to_string();
        let (begin, end) = body.split_at(5);
        let head = format!(
            "POST /notes HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{begin}",
            body.len()
        );
        let mut stream = set.service.client.open(&head).await.expect("it accepts");
        until(|| set.app.requests().0 == 1).await;
        set.service.ask_to_stop();
        set.app.stopping.cancelled().await;
        stream.write_all(end.as_bytes()).await.expect("it listens");
        let mut answer = String::new();
        timeout(MINUTE, stream.read_to_string(&mut answer)).await.expect("in time").expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        let report = set.service.stop().await.expect("it ends");
        assert_eq!((report.cut, report.answered, report.tasks_done), (0, 1, 1));
        let notes =
            sqlite::list(&sqlite::open(&set.scratch.path().join("a.db")).expect("opens"), None, 9).expect("page");
        assert_eq!(notes.len(), 1);
    });
}

#[test]
fn whoever_stalls_is_cut_off_at_the_deadline() {
    on_two_workers(|| async {
        let set = set_up(8, Limits { drain: Duration::from_millis(50), ..Limits::default() }).await;
        let mut stalling = set.service.client.open(unfinished()).await.expect("it accepts");
        until(|| set.app.requests().0 == 1).await;
        // A task that does not end, too: it is cancelled.
        set.app.background.reserve().expect("room").spawn("for ever", std::future::pending::<Result<(), Error>>());
        let report = timeout(MINUTE, set.service.stop()).await.expect("it has a hard end").expect("it ends");
        assert_eq!((report.cut, report.tasks_cancelled), (1, 1));
        assert_eq!(report.steps[2..], ["requests cut off", "tasks cancelled", "store closed"]);
        let mut rest = Vec::new();
        drop(timeout(MINUTE, stalling.read_to_end(&mut rest)).await.expect("the connection is gone"));
    });
}

#[test]
fn a_client_that_hangs_up_takes_its_handler_along() {
    on_two_workers(|| async {
        let set = set_up(8, Limits::default()).await;
        let client = set.service.client.open(unfinished()).await.expect("it accepts");
        until(|| set.app.requests().0 == 1).await;
        drop(client);
        let report = set.service.stop().await.expect("it ends");
        assert_eq!(report.begun, 1);
        assert_eq!(report.cut, 0, "it was not waited for");
    });
}

#[test]
fn beyond_the_limit_connections_wait() {
    on_two_workers(|| async {
        let set = set_up(8, Limits { connections: 2, drain: MINUTE }).await;
        let first = set.service.client.open(unfinished()).await.expect("it accepts");
        let second = set.service.client.open(unfinished()).await.expect("it accepts");
        until(|| set.app.requests().0 == 2).await;
        let mut third = set.service.client.open(&request("GET /health")).await.expect("the system's queue takes it");
        let mut text = vec![0; 12];
        assert!(timeout(Duration::from_millis(50), third.read_exact(&mut text)).await.is_err(), "there is no room");
        drop(first);
        timeout(MINUTE, third.read_exact(&mut text)).await.expect("there is room now").expect("an answer");
        assert_eq!(text, b"HTTP/1.1 200");
        drop((second, third));
        set.service.stop().await.expect("it ends");
    });
}
