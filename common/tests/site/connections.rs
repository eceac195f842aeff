//! Many clients, hanging clients, malformed requests.

use common::site::{Content, Graph, Reply, Site};
use common::within;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::*;

#[test]
fn a_connection_serves_one_request_after_the_other() {
    within(LIMIT, || {
        let folder = folder();
        let site = serve(&folder).start().unwrap();
        let mut client = Client::connect(&site);
        for _ in 0..3 {
            assert_eq!(client.get("/a.html").text(), "<title>A</title>");
            assert_eq!(client.get("/missing").status, 404);
            assert!(client.get("/large.bin").body == large());
            assert_eq!(client.request("HEAD", "/large.bin", "").status, 200);
        }
        // All at once: the answers come in order.
        let paths = ["/a.html", "/sub%20folder/", "/missing", "/"];
        client.send(paths.map(|path| format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")).concat());
        let titles = ["<title>A</title>", "<title>Sub</title>", "404 Not Found\n", "<title>Home</title>"];
        for title in titles {
            assert_eq!(client.receive("GET").unwrap().text(), title);
        }
        let last = client.request("GET", "/a.html", "Connection: close\r\n");
        assert_eq!((last.status, last.header("Connection")), (200, Some("close")));
        assert_eq!(client.rest().unwrap(), b"");

        let mut old = Client::connect(&site);
        old.send("GET /a.html HTTP/1.0\r\n\r\n");
        assert!(old.rest().unwrap().ends_with(b"<title>A</title>"));

        let mut with_body = Client::connect(&site);
        with_body
            .send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 40\r\n\r\nGET /a.html HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(with_body.receive("POST").unwrap().status, 405);
        assert_eq!(with_body.rest().unwrap(), b"");
    });
}

#[test]
fn malformed_heads_are_refused_and_harm_nobody() {
    within(LIMIT, || {
        let site = Site::empty().on("/", Content::text("well")).start().unwrap();
        for (head, status) in [
            ("nonsense\r\n\r\n".to_owned(), "400"),
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400"),
            ("GET / HTTP/2.0\r\nHost: h\r\n\r\n".to_owned(), "400"),
            ("GET relative HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), "400"),
            ("GET / HTTP/1.1\r\nHost : h\r\n\r\n".to_owned(), "400"),
            (format!("GET / HTTP/1.1\r\nHost: h\r\nLong: {}\r\n\r\n", "x".repeat(20_000)), "431"),
            (format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "A: b\r\n".repeat(100)), "431"),
        ] {
            let mut client = Client::connect(&site);
            client.send(&head);
            let response = String::from_utf8(client.rest().unwrap()).unwrap();
            assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{head:.40}: {response}");
        }
        let valid = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
        for seed in 0..300 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut head = valid.to_vec();
            for _ in 0..rng.usize(1..6) {
                let at = rng.usize(..head.len());
                match rng.u8(..3) {
                    0 => head[at] = rng.u8(..),
                    1 => drop(head.remove(at)),
                    _ => head.insert(at, rng.u8(..)),
                }
            }
            head.truncate(rng.usize(..head.len() * 2));
            let mut stream = TcpStream::connect(site.address()).unwrap();
            let (start, end) = head.split_at(rng.usize(..=head.len()));
            // The site may have closed the connection before the second part.
            let _ = stream.write_all(start).and_then(|()| stream.write_all(end));
            if rng.bool() {
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read_to_end(&mut Vec::new());
            }
            drop(stream);
        }
        // A head that comes byte by byte is a head.
        let mut client = Client::connect(&site);
        for byte in valid {
            client.send([*byte]);
        }
        assert_eq!(client.receive("GET").unwrap().text(), "well");
    });
}

#[test]
fn a_silent_client_is_dropped() {
    within(LIMIT, || {
        let site = Site::empty().idle_limit(Duration::from_millis(20)).start().unwrap();
        let client = Client::connect(&site);
        assert_eq!(client.rest().unwrap(), b"");
    });
}

#[test]
fn dropping_the_site_frees_all_who_hang() {
    within(LIMIT, || {
        let text = || Reply::content(Content::text("a few bytes"));
        let site = Site::empty()
            .on("/late", text().after(HOUR))
            .on("/slow", text().slow(1, HOUR))
            .on("/stall", text().stall(1, HOUR))
            .on("/stall-for-ever", text().stall(1, Duration::MAX))
            .on("/endless", text().endless(u64::MAX))
            .on("/fine", text())
            .start()
            .unwrap();
        let head = |path| format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        let mut clients = Vec::new();
        // The second request makes a pause unable to listen for the client.
        for path in ["/late", "/slow", "/stall", "/stall-for-ever", "/endless"] {
            for heads in [head(path), head(path) + &head("/fine")] {
                let mut client = Client::connect(&site);
                client.send(heads);
                clients.push(client);
            }
        }
        let under_way = clients.len();
        assert!(site.wait_until(LIMIT, |requests| requests.len() == under_way));
        let mut idle = Client::connect(&site);
        idle.get("/fine");
        let mut partial = Client::connect(&site);
        partial.send("GET /fine HT");
        clients.extend([idle, partial, Client::connect(&site)]);
        drop(site);
        for client in clients {
            // Cut off or reset, but not waiting.
            let _ = client.rest();
        }
    });
}

#[test]
fn a_hundred_clients_are_served_at_once() {
    within(LIMIT, || {
        let graph = Graph { pages: 50, ..Graph::default() };
        let site = Site::graph(graph.clone()).start().unwrap();
        let paths = graph.paths();
        thread::scope(|scope| {
            for first in 0..100 {
                let (site, graph, paths) = (&site, &graph, &paths);
                scope.spawn(move || {
                    let mut client = Client::connect(site);
                    for path in paths.iter().cycle().skip(first).take(20) {
                        let response = client.get(path);
                        assert_eq!(response.text(), graph.html(path).unwrap());
                        assert_eq!(response.header("Repr-Digest"), Some(digest(&response.body).as_str()));
                    }
                });
            }
        });
        let requests = site.requests();
        assert_eq!(requests.len(), 2000);
        assert!(requests.iter().all(|request| request.status == Some(200) && request.ended.is_some()));
        assert!((1..=100).contains(&site.in_flight_peak()));
    });
}

#[test]
fn connections_beyond_the_limit_wait() {
    within(LIMIT, || {
        let site = Site::empty().most_connections(3).on("/", Content::text("served")).start().unwrap();
        thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        assert_eq!(get(&site, "/").text(), "served");
                    }
                });
            }
        });
        assert!(site.in_flight_peak() <= 3);
    });
}

#[test]
fn the_log_tells_what_happened() {
    within(LIMIT, || {
        // Each request waits for the two others: three are under way, whatever the schedule.
        let together = Arc::new(Barrier::new(3));
        let meet = Reply::generate(move |_| {
            together.wait();
            Content::text("met")
        });
        let latency = Duration::from_millis(5);
        let site = Site::empty().latency(latency).on("/meet/*", meet).start().unwrap();
        thread::scope(|scope| {
            for path in ["/meet/1", "/meet/2", "/meet/3"] {
                scope.spawn(|| assert_eq!(get(&site, path).text(), "met"));
            }
        });
        let before = Instant::now();
        Client::connect(&site).request("HEAD", "/other?query", "User-Agent: test/1.0\r\n");
        assert_eq!((site.in_flight_peak(), site.in_flight_peak_under("/other")), (3, 1));
        let requests = site.requests();
        assert_eq!(requests.len(), 4);
        assert!(requests[..3].iter().all(|request| request.bytes == 3 && request.status == Some(200)));
        let last = &requests[3];
        assert_eq!((last.method.as_str(), last.target.as_str()), ("HEAD", "/other?query"));
        assert_eq!((last.status, last.bytes, last.header("user-agent")), (Some(404), 0, Some("test/1.0")));
        assert!(last.started >= before && last.ended.unwrap() - last.started >= latency);
    });
}
