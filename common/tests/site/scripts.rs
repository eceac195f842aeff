//! The site misbehaves as told.

use common::site::{Content, Reply, Script, Site};
use common::within;
use std::collections::HashSet;
use std::io::{self, Read};
use std::time::Duration;

use crate::client::*;

#[test]
fn a_script_goes_step_by_step_for_each_path() {
    within(LIMIT, || {
        let folder = folder();
        let site = serve(&folder)
            .on("/a.html", Script::fail_then_serve(500, 2))
            .on("/sub*", Reply::status(410))
            .on("/sub%20folder/", Reply::status(418))
            .on("/sub folder/", Content::text("whole path"))
            .on(
                "/busy/*",
                Reply::retry_after(429, 7).times(1).then(Reply::status(503).times(1)).then(Content::text("ok")),
            )
            .start()
            .unwrap();
        let mut client = Client::connect(&site);
        let statuses = [500, 500, 200, 200].map(|_| client.get("/a.html").status);
        assert_eq!(statuses, [500, 500, 200, 200]);
        assert_eq!(client.get("/sub%20folder/").text(), "whole path");
        assert_eq!(client.get("/submarine").status, 410);
        for path in ["/busy/1", "/busy/2"] {
            let refused = client.get(path);
            assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("7")));
            assert_eq!([503, 200, 200].map(|_| client.get(path).status), [503, 200, 200]);
        }
    });
}

#[test]
fn statuses_headers_and_contents_are_as_scripted() {
    within(LIMIT, || {
        let site = Site::empty()
            .robots("User-agent: *\nDisallow: /private/\n")
            .on("/204", Reply::status(204))
            .on("/599", Reply::status(599))
            .on("/page", Reply::status_with_content(404, Content::html("<p>Gone")))
            .on("/teapot", Reply::content(Content::new("image/png", [1, 2, 3])).header("content-type", "tea/pot"))
            .on("/echo*", Reply::generate(|target| Content::html(format!("<p>{target}"))))
            .on("/echo/not", Reply::status(404))
            .start()
            .unwrap();
        let mut client = Client::connect(&site);
        assert_eq!(client.get("/robots.txt").text(), "User-agent: *\nDisallow: /private/\n");
        assert_eq!(client.get("/204").header("Content-Length"), None);
        assert_eq!(client.get("/599").status, 599);
        let page = client.get("/page");
        assert_eq!((page.status, page.text(), page.header("ETag")), (404, "<p>Gone", None));
        let teapot = client.get("/teapot");
        assert_eq!((teapot.header("Content-Type"), teapot.header("content-type")), (None, Some("tea/pot")));
        assert_eq!(teapot.body, [1, 2, 3]);
        assert_eq!(client.get("/echo?a=1").text(), "<p>/echo?a=1");
        assert_eq!(client.get("/echo/not").status, 404);
        assert_eq!(client.get("/").status, 404);
    });
}

#[test]
fn redirects_form_chains_and_loops() {
    within(LIMIT, || {
        let site = Site::empty()
            .redirect_chain("/start", 3, "/end")
            .redirect_loop("/loop", 2)
            .redirect_loop("/self", 1)
            .on("/moved", Reply::redirect(308, "/end"))
            .on("/end", Content::text("end"))
            .start()
            .unwrap();
        let follow = |path: &str| get(&site, path).header("Location").map(str::to_owned);
        let chain: Vec<_> = std::iter::successors(Some("/start".to_owned()), |path| follow(path)).collect();
        assert_eq!(chain, ["/start", "/start/1", "/start/2", "/end"]);
        assert_eq!(follow("/loop").as_deref(), Some("/loop/1"));
        assert_eq!(follow("/loop/1").as_deref(), Some("/loop"));
        assert_eq!(follow("/self").as_deref(), Some("/self"));
        assert_eq!(get(&site, "/moved").status, 308);
    });
}

#[test]
fn a_trap_leads_ever_deeper() {
    within(LIMIT, || {
        let site = Site::empty().on("/trap*", Reply::trap(2)).start().unwrap();
        let (mut client, mut path, mut seen) = (Client::connect(&site), "/trap".to_owned(), HashSet::new());
        for _ in 0..100 {
            assert!(seen.insert(path.clone()));
            let page = client.get(&path);
            let links: Vec<_> = page.text().split('"').filter(|part| part.starts_with('/')).collect();
            assert_eq!(links, [format!("{path}/1"), format!("{path}/2")]);
            path = links[1].to_owned();
        }
    });
}

#[test]
fn slow_stalled_and_chunked_bodies_arrive_whole() {
    within(LIMIT, || {
        let pause = Duration::from_millis(1);
        let folder = folder();
        for reply in [
            Reply::serve().slow(10_000, pause),
            Reply::serve().slow(300_001, HOUR),
            Reply::serve().stall(70_000, pause),
            Reply::serve().stall(0, pause),
            Reply::serve().stall(300_001, HOUR),
            Reply::serve().chunked(),
        ] {
            let site = serve(&folder).on("/*", reply).start().unwrap();
            let mut client = Client::connect(&site);
            for _ in 0..2 {
                let response = client.get("/large.bin");
                assert_eq!((response.status, response.whole), (200, true));
                assert!(response.body == large());
                assert_eq!(client.request("HEAD", "/large.bin", "").status, 200);
                assert_eq!(client.get("/empty.txt").text(), "");
            }
        }
    });
}

#[test]
fn bodies_are_cut_off_and_lengths_are_wrong() {
    within(LIMIT, || {
        let text = || Reply::content(Content::text("0123456789"));
        let site = Site::empty()
            .on("/none", text().cut_off(0))
            .on("/some", text().cut_off(4))
            .on("/long", text().claim_length(20))
            .on("/short", text().claim_length(5))
            .start()
            .unwrap();
        for (path, claimed, sent, whole) in [
            ("/none", "10", "", false),
            ("/some", "10", "0123", false),
            ("/long", "20", "0123456789", false),
            ("/short", "5", "01234", true),
        ] {
            let response = get(&site, path);
            assert_eq!(response.header("Content-Length"), Some(claimed), "{path}");
            assert_eq!((response.text(), response.whole), (sent, whole), "{path}");
            // The digest tells what should have come.
            assert_eq!(response.header("Repr-Digest"), Some(digest(b"0123456789").as_str()), "{path}");
        }
        let mut client = Client::connect(&site);
        client.get("/short");
        assert_eq!(client.rest().unwrap(), b"56789");
    });
}

#[test]
fn an_endless_body_ends_with_its_limit_or_its_client() {
    within(LIMIT, || {
        let site = Site::empty()
            .on("/limited", Reply::content(Content::text("more ")).endless(100_003))
            .on("/empty", Reply::content(Content::text("")).endless(7))
            .on("/endless", Reply::content(Content::text("more ")).endless(u64::MAX))
            .start()
            .unwrap();
        let limited = get(&site, "/limited");
        assert_eq!((limited.body.len(), limited.whole), (100_003, true));
        assert!(limited.body.starts_with(b"more more more "));
        assert_eq!(get(&site, "/empty").text(), "\n".repeat(7));

        let mut old = Client::connect(&site);
        old.send("GET /limited HTTP/1.0\r\n\r\n");
        assert!(old.rest().unwrap().ends_with(b"more mor"));

        let mut client = Client::connect(&site);
        client.send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
        let mut bytes = vec![0; 1_000_000];
        client.0.read_exact(&mut bytes).unwrap();
        drop(client);
        assert!(site.wait_until(LIMIT, |requests| requests.iter().all(|request| request.ended.is_some())));
    });
}

#[test]
fn a_stall_ends_when_the_client_leaves() {
    within(LIMIT, || {
        let site = Site::empty().on("/", Reply::content(Content::text("text")).stall(2, HOUR)).start().unwrap();
        let mut client = Client::connect(&site);
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        while client.line().unwrap() != "" {}
        let mut begun = [0; 2];
        client.0.read_exact(&mut begun).unwrap();
        assert_eq!(site.requests()[0].ended, None);
        drop(client);
        assert!(site.wait_until(LIMIT, |requests| requests[0].ended.is_some()));
        assert_eq!(site.requests()[0].bytes, 2);
    });
}

#[test]
fn a_connection_ends_without_a_response() {
    within(LIMIT, || {
        let site = Site::empty().on("/close", Reply::close()).on("/reset", Reply::reset()).start().unwrap();
        let mut client = Client::connect(&site);
        client.send("GET /close HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(client.rest().unwrap(), b"");

        let mut client = Client::connect(&site);
        client.send("GET /reset HTTP/1.1\r\nHost: h\r\n\r\n");
        match client.rest() {
            Ok(bytes) => assert!(bytes.is_empty() && !cfg!(any(target_os = "linux", windows))),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
        assert!(site.requests().iter().all(|request| request.status.is_none() && request.ended.is_some()));
    });
}
