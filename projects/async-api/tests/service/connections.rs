//! Connections: how many, whose, and what becomes of those that nobody uses.

use super::support::{Client, LARGE, Server, limits, test};
use async_api::config::RequestLimits;
use std::time::Duration;
use tokio::io::AsyncReadExt;

const SHORT: Duration = Duration::from_secs(1);

#[test]
fn one_too_many_waits_until_one_goes() {
    test(async {
        let server = Server::start(RequestLimits { connections: 2, ..limits() }).await;
        let (mut one, mut two) = (server.connect().await, server.connect().await);
        one.ask("/").await;
        two.ask("/").await;
        let mut three = server.connect().await; // in the system's queue
        three.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n").await;
        for _ in 0..50 {
            one.ask("/").await;
            assert_eq!(server.open_connections(), 2);
        }
        assert!(three.0.get_ref().try_read(&mut [0]).is_err(), "nobody has answered it");
        drop(two);
        assert_eq!(three.answer().await.unwrap().status, 200);
    });
}

#[test]
fn who_idles_is_let_go_and_who_works_is_not() {
    test(async {
        let server = Server::start(RequestLimits { head: SHORT, ..limits() }).await;
        let mut busy = server.connect().await;
        busy.send("GET /gate HTTP/1.1\r\nHost: test\r\n\r\n").await;
        server.arrived(1).await;
        let mut stream = server.connect().await;
        stream.send("GET /endless HTTP/1.1\r\nHost: test\r\n\r\n").await;
        assert_eq!(stream.answer().await.unwrap().status, 200);

        let (mut silent, mut idle) = (server.connect().await, server.connect().await);
        idle.ask("/").await;
        silent.ended().await;
        idle.ended().await;
        server.until_open(2).await;

        server.gate.open.add_permits(1);
        assert_eq!(busy.answer().await.unwrap().status, 200);
        busy.ended().await; // it idles now
        server.until_open(1).await;
    });
}

#[test]
fn who_takes_nothing_is_cut() {
    test(async {
        let server = Server::start(RequestLimits { deadline: SHORT, ..limits() }).await;
        let mut client = server.connect().await;
        client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n").await;
        server.until_open(1).await;
        server.until_open(0).await;
        assert!(client.answer().await.is_none(), "the answer has no end");
    });
}

#[test]
fn who_takes_it_slowly_gets_it_all() {
    test(async {
        let server = Server::start(RequestLimits { deadline: SHORT, head: SHORT, ..limits() }).await;
        let mut client = server.connect().await;
        client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n").await;
        assert_eq!(slowly(&mut client, SHORT * 3).await, LARGE);
    });
}

/// Reads a body, a piece at a time, so that all of it takes about so long.
async fn slowly(client: &mut Client, time: Duration) -> usize {
    use tokio::io::AsyncBufReadExt;
    let mut line = String::new();
    while client.0.read_line(&mut line).await.unwrap() > 2 {
        line.clear();
    }
    let (mut all, mut piece) = (0, vec![0; LARGE / 60]);
    while all < LARGE {
        tokio::time::sleep(time / 60).await; // that is how slow it is
        let most = piece.len().min(LARGE - all);
        all += client.0.read_exact(&mut piece[..most]).await.unwrap();
    }
    all
}

#[test]
fn thousands_idle_and_one_is_answered() {
    test(async {
        let most = (files() / 4).min(10_000);
        let server = Server::start(RequestLimits { connections: most + 10, ..limits() }).await;
        let mut idle = Vec::with_capacity(most);
        for _ in 0..most {
            idle.push(server.connect().await);
        }
        server.until_open(most).await;
        let mut client = server.connect().await;
        for _ in 0..100 {
            assert_eq!(client.ask("/").await.status, 200);
        }
        // And all of them are told when it ends.
        assert_eq!(server.stop().await.cut, 0);
        for mut client in idle {
            client.ended().await;
        }
    });
}

/// How many files this process may open.
pub fn files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(256)
}
