//! The service as an operator has it: a process that is started, and asked to stop.

use super::connections::files;
use super::program::program;
use super::support::{Client, test};
use common::Scratch;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

const KEY: &str = "aak_fN3x7Qp2LkWz0Vb9TyR4mSd8HgJ1cXaE";

struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Process {
    async fn start(folder: &Scratch, arguments: &[&str]) -> Process {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--listen", "127.0.0.1:0", "--workers", "0", "--log", "warn"]);
        let mut command = Command::from(program(folder, &arguments));
        let mut child = command.env("ASYNC_API_KEY", KEY).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("it says where it listens");
        let address = line.strip_prefix("http://").unwrap().to_owned();
        Process { child, lines, address }
    }

    async fn connect(&self) -> Client {
        Client(BufReader::new(TcpStream::connect(&self.address).await.unwrap()))
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    #[cfg(unix)]
    async fn until_closed(&self) {
        while TcpStream::connect(&self.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    #[cfg(target_os = "linux")]
    fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
    }
}

fn ask(method: &str, path: &str, fields: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {KEY}\r\n{fields}Content-Length: {length}\r\n\r\n{body}"
    )
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_ends_its_streams_and_says_nothing_more() {
    for signal in ["-TERM", "-INT"] {
        test(async move {
            let folder = Scratch::new().unwrap();
            let mut process = Process::start(&folder, &["--set", "requests.drain=1h"]).await;
            let mut client = process.connect().await;
            let body = r#"{"url": "http://example.com/"}"#;
            client.send(ask("POST", "/v1/audits", "Content-Type: application/json\r\n", body)).await;
            let created = client.answer().await.unwrap();
            assert_eq!(created.status, 202, "{}", created.body);
            let id = created.body.split('"').nth(3).unwrap().to_owned();
            let mut stream = process.connect().await;
            stream.send(ask("GET", &format!("/v1/audits/{id}/events"), "", "")).await;
            assert_eq!(stream.answer().await.unwrap().status, 200);
            process.signal(signal);
            stream.ended().await;
            client.ended().await;
            assert_eq!(process.child.wait().await.unwrap().code(), Some(0));
            assert_eq!(process.lines.next_line().await.unwrap(), None);
            // And what it was told is kept.
            let mut process = Process::start(&folder, &[]).await;
            let mut client = process.connect().await;
            client.send(ask("GET", &format!("/v1/audits/{id}"), "", "")).await;
            assert_eq!(client.answer().await.unwrap().status, 200);
            process.child.kill().await.unwrap();
        });
    }
}

/// Lines of the log are gathered before they are written: also the last ones come out.
#[cfg(unix)]
#[test]
fn the_log_tells_of_the_last_request_and_of_the_end() {
    test(async {
        let folder = Scratch::new().unwrap();
        let arguments = ["--listen", "127.0.0.1:0", "--workers", "0", "--log-format", "json"];
        let mut command = Command::from(program(&folder, &arguments));
        command.env("ASYNC_API_KEY", KEY).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = out.next_line().await.unwrap().unwrap().replace("http://", "");
        let mut client = Client(BufReader::new(TcpStream::connect(&address).await.unwrap()));
        client.send(ask("GET", "/v1/audits?state=lost", "X-Request-Id: the-last\r\n", "")).await;
        assert_eq!(client.answer().await.unwrap().status, 422);
        let id = child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").arg(&id).status().unwrap().success());
        let output = child.wait_with_output().await.unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let messages: Vec<&str> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
        assert_eq!(messages, ["listening", "answered", "stopping", "stopped"], "{log}");
        assert_eq!((&lines[1]["id"], &lines[1]["status"]), (&"the-last".into(), &422.into()), "{log}");
    });
}

#[cfg(unix)]
#[test]
fn asked_twice_it_ends_at_once() {
    test(async {
        let folder = Scratch::new().unwrap();
        let long = ["--set", "requests.drain=1h", "--set", "requests.head=1h"];
        let mut process = Process::start(&folder, &long).await;
        let mut client = process.connect().await;
        assert_eq!(client.ask("/healthz").await.status, 200);
        client.stall().await;
        process.signal("-TERM");
        process.until_closed().await;
        assert!(process.child.try_wait().unwrap().is_none());
        process.signal("-TERM");
        assert_eq!(process.child.wait().await.unwrap().code(), Some(1));
    });
}

#[cfg(unix)]
#[test]
fn who_will_not_go_is_cut_at_the_deadline() {
    test(async {
        let folder = Scratch::new().unwrap();
        let settings = ["--set", "requests.drain=1s", "--set", "requests.head=1h"];
        let mut process = Process::start(&folder, &settings).await;
        let mut client = process.connect().await;
        assert_eq!(client.ask("/healthz").await.status, 200);
        client.stall().await;
        process.signal("-TERM");
        assert_eq!(process.child.wait().await.unwrap().code(), Some(0));
        client.ended().await;
    });
}

#[test]
fn thousands_idle_and_it_is_ready() {
    test(async {
        let most = (files() / 2).saturating_sub(500).clamp(100, 10_000);
        let folder = Scratch::new().unwrap();
        let mut process =
            Process::start(&folder, &["--set", "requests.connections=11000", "--set", "requests.head=1h"]).await;
        let mut idle = Vec::with_capacity(most);
        for _ in 0..most {
            idle.push(process.connect().await);
        }
        let mut client = process.connect().await;
        for _ in 0..50 {
            assert_eq!(client.ask("/readyz").await.status, 200);
        }
        let metrics = client.ask("/metrics").await.body;
        let line = metrics.lines().find_map(|line| line.strip_prefix("async_api_open_connections ")).unwrap();
        assert_eq!(line.parse::<usize>().unwrap(), most + 1);
        process.child.kill().await.unwrap();
    });
}

#[cfg(target_os = "linux")]
#[test]
fn long_bodies_are_refused_and_cost_no_memory() {
    const LENGTH: usize = 100_000_000;
    test(async {
        let folder = Scratch::new().unwrap();
        let mut process = Process::start(&folder, &[]).await;
        process.connect().await.ask("/healthz").await;
        let before = process.peak_memory();
        let piece = "x".repeat(1 << 16);
        let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
        for (framing, piece) in
            [(format!("Content-Length: {LENGTH}"), piece), ("Transfer-Encoding: chunked".into(), chunk)]
        {
            let head = format!(
                "POST /v1/audits HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {KEY}\r\n\
                 Content-Type: application/json\r\n{framing}\r\n\r\n"
            );
            let stream = TcpStream::connect(&process.address).await.unwrap();
            let (read, mut write) = stream.into_split();
            // It sends until it is told to stop, or cannot.
            let sending = tokio::spawn(async move {
                drop(write.write_all(head.as_bytes()).await);
                let mut sent = 0;
                while sent < LENGTH && write.write_all(piece.as_bytes()).await.is_ok() {
                    sent += piece.len();
                }
            });
            let mut line = String::new();
            BufReader::new(read).take(1000).read_line(&mut line).await.unwrap();
            assert!(line.starts_with("HTTP/1.1 413 "), "{line}");
            sending.abort();
        }
        let grown = process.peak_memory() - before;
        assert!(grown < 16 << 20, "by {grown} bytes");
        process.child.kill().await.unwrap();
    });
}
