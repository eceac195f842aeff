//! HTTP/2, by hand.

use super::support::{Client, Server, limits, test};
use async_api::config::RequestLimits;
use std::time::Duration;
use tokio::io::AsyncReadExt;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const GOAWAY: u8 = 7;

fn frame(kind: u8, flags: u8, stream: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags, 0, 0, 0, stream]);
    bytes.extend(body);
    bytes
}

/// The kind and the body of the next frame; none at the end.
async fn next(client: &mut Client) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    client.0.read_exact(&mut head).await.ok()?;
    let mut body = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
    client.0.read_exact(&mut body).await.ok()?;
    Some((head[3], body))
}

async fn until(client: &mut Client, kind: u8) -> Option<Vec<u8>> {
    loop {
        let (found, body) = next(client).await?;
        if found == kind {
            return Some(body);
        }
    }
}

async fn connect(server: &Server) -> Client {
    let mut client = server.connect().await;
    client.send(PREFACE).await;
    client.send(frame(SETTINGS, 0, 0, &[])).await;
    client
}

/// `GET / http test`, by the table that both sides know.
fn request(stream: u8) -> Vec<u8> {
    frame(HEADERS, 5, stream, b"\x82\x86\x84\x41\x04test")
}

const OK: u8 = 0x88;

#[test]
fn a_request_is_answered_and_who_idles_is_told_to_go() {
    test(async {
        let head = Duration::from_secs(1);
        let server = Server::start(RequestLimits { head, ..limits() }).await;
        let mut client = connect(&server).await;
        client.send(request(1)).await;
        assert_eq!(until(&mut client, HEADERS).await.unwrap()[0], OK);
        assert!(until(&mut client, GOAWAY).await.is_some(), "it is told before it is cut");
        client.ended().await;
        server.until_open(0).await;
    });
}

#[test]
fn at_the_end_it_is_told_to_go() {
    test(async {
        let server = Server::start(limits()).await;
        let mut client = connect(&server).await;
        client.send(request(1)).await;
        assert_eq!(until(&mut client, HEADERS).await.unwrap()[0], OK);
        server.stop.cancel();
        assert!(until(&mut client, GOAWAY).await.is_some());
        drop(client);
        assert_eq!(server.ended.await.unwrap().cut, 0);
    });
}

#[test]
fn a_head_in_drops_is_cut() {
    test(async {
        let head = Duration::from_secs(1);
        let server = Server::start(RequestLimits { head, ..limits() }).await;
        let mut client = connect(&server).await;
        client.send(frame(HEADERS, 1, 1, b"\x82\x86")).await; // and never the rest
        client.ended().await;
        server.until_open(0).await;
    });
}
