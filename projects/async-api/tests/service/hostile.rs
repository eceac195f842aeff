//! Clients that mean harm: they lose, and the others do not notice.

use super::support::{Client, Server, limits, test};
use async_api::config::RequestLimits;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const SHORT: Duration = Duration::from_secs(1);

/// Sends a byte at a time until the server has enough of it. Without end if it never has.
async fn drip(mut client: Client, bytes: &[u8], then: &[u8]) {
    for byte in bytes.iter().chain(then.iter().cycle()) {
        if client.0.write_all(&[*byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(SHORT / 20).await; // that is the attack
    }
}

#[test]
fn slow_heads_are_cut_and_the_others_are_served_meanwhile() {
    test(async {
        let server = Server::start(RequestLimits { head: SHORT, ..limits() }).await;
        let heads: [(&[u8], &[u8]); 3] = [
            (b"GET / HTTP/1.1\r\nHost: test\r\n", b"X-A: b\r\n"),
            (b"\r\n", b"\r\n"),             // empty lines before a request are allowed
            (b"PRI * HTTP/2.0\r\n\r", b""), // as if it were HTTP/2, for as long as it likes
        ];
        let mut attacks = Vec::new();
        for (bytes, then) in heads {
            let mut client = server.connect().await;
            attacks.push(tokio::spawn(async move {
                if then.is_empty() {
                    client.send(bytes).await;
                    client.ended().await;
                } else {
                    drip(client, bytes, then).await;
                }
            }));
        }
        while attacks.iter().any(|attack| !attack.is_finished()) {
            assert_eq!(server.connect().await.ask("/").await.status, 200);
        }
    });
}

#[test]
fn a_flood_of_fields_is_refused() {
    test(async {
        let server = Server::start(limits()).await;
        let many = "X-A: b\r\n".repeat(1000);
        let long = format!("X-A: {}\r\n", "b".repeat(100 << 10));
        let longest = format!("GET /{} HTTP/1.1\r\n", "b".repeat(100 << 10));
        for head in
            [format!("GET / HTTP/1.1\r\nHost: test\r\n{many}\r\n"), format!("GET / HTTP/1.1\r\n{long}\r\n"), longest]
        {
            let mut client = server.connect().await;
            let head = head.as_bytes();
            // The server may have hung up before it has it all.
            drop(client.0.write_all(head).await);
            let status = client.answer().await.map(|answer| answer.status);
            assert!(matches!(status, Some(431 | 414)), "{status:?}");
            client.ended().await;
        }
        assert_eq!(server.connect().await.ask("/").await.status, 200);
    });
}

#[test]
fn what_is_no_http_is_refused() {
    test(async {
        let server = Server::start(limits()).await;
        for bytes in ["\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03", "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
            let mut client = server.connect().await;
            client.send(bytes).await;
            assert!(client.answer().await.is_none_or(|answer| answer.status == 400), "{bytes:?}");
            client.ended().await;
        }
        server.until_open(0).await;
    });
}

#[test]
fn a_body_that_is_too_long_is_refused_before_it_is_there() {
    const LENGTH: usize = 100_000_000;
    test(async {
        let server = Server::start(limits()).await;
        let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, "x".repeat(1 << 16));
        for (framing, piece) in [
            (format!("Content-Length: {LENGTH}"), "x".repeat(1 << 16)),
            ("Transfer-Encoding: chunked".to_owned(), chunk),
        ] {
            let mut client = server.connect().await;
            client.send(format!("POST /body HTTP/1.1\r\nHost: test\r\n{framing}\r\n\r\n")).await;
            let (mut sent, mut refused) = (0, false);
            while sent < LENGTH && !refused {
                // It reads and writes at once, as clients do.
                tokio::select! {
                    biased;
                    readable = client.0.get_ref().readable() => { readable.unwrap(); refused = true; }
                    () = tokio::task::yield_now() => {
                        sent += client.0.get_ref().try_write(piece.as_bytes()).unwrap_or(0);
                    }
                }
            }
            let answer = client.answer().await.unwrap();
            assert_eq!((answer.status, refused), (413, true), "{framing}: after {sent} bytes");
        }
    });
}

#[test]
fn who_sends_all_of_a_body_that_is_too_long_sees_why_it_is_refused() {
    test(async {
        let server = Server::start(limits()).await;
        let mut client = server.connect().await;
        let body = "x".repeat(8 << 20);
        client.send(format!("POST /body HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n", body.len())).await;
        client.send(&body).await; // it reads only then
        assert_eq!(client.answer().await.unwrap().status, 413);
    });
}
