//! The end: polite to who is served, and hard at the deadline.

use super::support::{Client, Server, limits, test};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::BufReader;
use tokio::net::TcpStream;

#[test]
fn who_is_served_is_answered_and_nobody_else_comes_in() {
    test(async {
        let server = Server::start(limits()).await;
        let (address, gate) = (server.address, server.gate.clone());
        let mut client = server.connect().await;
        client.send("GET /gate HTTP/1.1\r\nHost: test\r\n\r\n").await;
        server.arrived(1).await;
        server.stop.cancel();
        // The listener is closed while the request is still under way.
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!server.ended.is_finished());
        gate.open.add_permits(1);
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.closes, answer.body.as_str()), (200, true, "went on"));
        assert_eq!(server.ended.await.unwrap().cut, 0);
    });
}

#[test]
fn a_request_that_is_on_its_way_is_not_lost() {
    test(async {
        let server = Server::start(limits()).await;
        let (mut fresh, mut known) = (server.connect().await, server.connect().await);
        known.ask("/").await;
        server.until_open(2).await;
        server.stop.cancel();
        for client in [&mut fresh, &mut known] {
            assert_eq!(client.ask("/").await.status, 200);
        }
        assert_eq!(server.ended.await.unwrap().cut, 0);
    });
}

#[test]
fn under_load_every_request_that_was_begun_is_answered() {
    test(async {
        let server = Server::start(limits()).await;
        let (address, begun) = (server.address, Arc::clone(&server.gate.begun));
        let answered = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..16)
            .map(|_| {
                let answered = Arc::clone(&answered);
                tokio::spawn(async move {
                    while let Ok(stream) = TcpStream::connect(address).await {
                        let mut client = Client(BufReader::new(stream));
                        while ask(&mut client).await.is_some_and(|closes| {
                            answered.fetch_add(1, Ordering::Relaxed);
                            !closes
                        }) {}
                    }
                })
            })
            .collect();
        while answered.load(Ordering::Relaxed) < 500 {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.stop().await.cut, 0);
        for client in clients {
            client.await.unwrap();
        }
        assert_eq!(begun.load(Ordering::Relaxed), answered.load(Ordering::Relaxed));
    });
}

/// Whether the connection closes after the answer; none without an answer.
async fn ask(client: &mut Client) -> Option<bool> {
    use tokio::io::AsyncWriteExt;
    client.0.write_all(b"GET /count HTTP/1.1\r\nHost: test\r\n\r\n").await.ok()?;
    Some(client.answer().await?.closes)
}

#[test]
fn at_the_deadline_the_rest_is_cut_and_counted() {
    test(async {
        let drain = Duration::from_secs(2);
        let server = Server::start(async_api::config::RequestLimits { drain, ..limits() }).await;
        let (mut half, mut handler, mut stream, mut idle) =
            (server.connect().await, server.connect().await, server.connect().await, server.connect().await);
        half.send("GET / HTTP/1.1\r\nHost:").await;
        handler.send("GET /gate HTTP/1.1\r\nHost: test\r\n\r\n").await;
        server.arrived(1).await;
        stream.send("GET /endless HTTP/1.1\r\nHost: test\r\n\r\n").await;
        assert_eq!(stream.answer().await.unwrap().status, 200);
        idle.ask("/").await;
        server.until_open(4).await;
        let begin = Instant::now();
        let metrics = Arc::clone(&server.metrics);
        assert_eq!(server.stop().await.cut, 3, "and who idles has gone");
        assert!(begin.elapsed() >= drain);
        for mut client in [half, handler, stream, idle] {
            client.ended().await;
        }
        assert!(metrics.render(&[]).contains("async_api_open_connections 0\n"));
    });
}

#[test]
fn without_connections_it_ends_at_once() {
    test(async {
        let server = Server::start(limits()).await;
        assert_eq!(server.stop().await.cut, 0); // or the test's time is over
    });
}
