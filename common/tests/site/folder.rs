//! A folder is served, and nothing outside of it.

use common::site::{Content, Reply};
use common::within;
use std::fs;
use std::io::{self, Read};

use crate::client::*;

#[test]
fn a_folder_is_served() {
    within(LIMIT, || {
        let folder = folder();
        let site = serve(&folder).start().unwrap();
        // Twice: the second time, the digest is known already.
        for _ in 0..2 {
            for (path, content_type, body) in [
                ("/", "text/html; charset=utf-8", b"<title>Home</title>".as_slice()),
                ("/a.html?query", "text/html; charset=utf-8", b"<title>A</title>"),
                ("/style.CSS", "text/css; charset=utf-8", b"p {}"),
                ("/no-extension", "application/octet-stream", b"?"),
                ("/empty.txt", "text/plain; charset=utf-8", b""),
                ("/large.bin", "application/octet-stream", &large()),
                ("/sub%20folder/", "text/html; charset=utf-8", b"<title>Sub</title>"),
                ("http://localhost/a.html", "text/html; charset=utf-8", b"<title>A</title>"),
            ] {
                let response = get(&site, path);
                assert_eq!((response.status, response.whole), (200, true), "{path}");
                assert!(response.body == body, "{path}");
                assert_eq!(response.header("Content-Type"), Some(content_type), "{path}");
                assert_eq!(response.header("Repr-Digest"), Some(digest(body).as_str()), "{path}");

                let head = Client::connect(&site).request("HEAD", path, "");
                let without_date = |response: &Response| {
                    response.headers.iter().filter(|(name, _)| name != "Date").cloned().collect::<Vec<_>>()
                };
                assert_eq!(without_date(&head), without_date(&response), "{path}");
            }
        }
        let response = get(&site, "/sub%20folder?a=b");
        assert_eq!((response.status, response.header("Location")), (301, Some("/sub%20folder/?a=b")));
        assert_eq!(get(&site, "/missing").status, 404);
        let response = Client::connect(&site).request("POST", "/a.html", "Content-Length: 0\r\n");
        assert_eq!((response.status, response.header("Allow")), (405, Some("GET, HEAD")));
    });
}

#[test]
fn entries_lead_to_the_files() {
    within(LIMIT, || {
        let folder = folder();
        let site = serve(&folder).start().unwrap();
        let entries: Vec<_> = site.entries().collect::<io::Result<_>>().unwrap();
        let paths: Vec<_> = entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/100%25%20Gr%C3%BCn.txt",
                "/a.html",
                "/empty.txt",
                "/index.html",
                "/large.bin",
                "/no-extension",
                "/style.CSS",
                "/sub%20folder/index.html",
            ]
        );
        for entry in &entries {
            let response = get(&site, &entry.path);
            assert_eq!((response.status, response.body.len() as u64), (200, entry.bytes), "{}", entry.path);
        }
        assert_eq!(site.url(paths[1]), format!("http://{}/a.html", site.address()));
    });
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    within(LIMIT, || {
        let folder = folder();
        let site = serve(&folder).on("/inline", Content::text("inline")).start().unwrap();
        for path in ["/a.html", "/inline"] {
            let first = get(&site, path);
            let tag = first.header("ETag").unwrap();
            for (known, status) in [(tag, 304), ("*", 304), ("\"other\"", 200)] {
                let again = Client::connect(&site).request("GET", path, &format!("If-None-Match: {known}\r\n"));
                assert_eq!((again.status, again.header("ETag")), (status, Some(tag)), "{path} {known}");
            }
            for known in [format!("W/{tag}"), format!("\"other\", {tag}")] {
                let again = Client::connect(&site).request("GET", path, &format!("If-None-Match: {known}\r\n"));
                assert_eq!(again.status, 304, "{path} {known}");
            }
        }
        let first = get(&site, "/a.html");
        let since = format!("If-Modified-Since: {}\r\n", first.header("Last-Modified").unwrap());
        assert_eq!(Client::connect(&site).request("GET", "/a.html", &since).status, 304);
        let both = format!("{since}If-None-Match: \"other\"\r\n");
        assert_eq!(Client::connect(&site).request("GET", "/a.html", &both).status, 200);

        fs::write(folder.path().join("root/a.html"), "<title>Changed</title>").unwrap();
        let changed = get(&site, "/a.html");
        assert_eq!(changed.text(), "<title>Changed</title>");
        assert_ne!(changed.header("ETag"), first.header("ETag"));
    });
}

#[test]
fn nothing_outside_of_the_folder_is_served() {
    within(LIMIT, || {
        let folder = folder();
        let site = serve(&folder).start().unwrap();
        let absolute = folder.path().join("secret.txt").display().to_string();
        let absolute = absolute.replace('\\', "/").replace(' ', "%20");
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/..%5Csecret.txt",
            "/..\\secret.txt",
            "/sub%20folder/../../secret.txt",
            "/./../secret.txt",
            "/%2e",
            "/..",
            "//secret.txt",
            "//a.html",
            "/a.html/",
            "/a.html%00",
            "/%00",
            "/%ff",
            "/C:%5Csecret.txt",
            &format!("/{absolute}"),
        ] {
            let response = get(&site, path);
            assert_eq!(response.status, 404, "{path}");
            assert!(!response.text().contains("secret"), "{path}");
        }
    });
}

#[cfg(unix)]
#[test]
fn links_that_lead_outside_are_not_followed() {
    use std::os::unix::fs::symlink;
    within(LIMIT, || {
        let folder = folder();
        let root = folder.path().join("root");
        symlink("a.html", root.join("inside.html")).unwrap();
        symlink("../secret.txt", root.join("outside.txt")).unwrap();
        symlink(folder.path(), root.join("up")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        fs::create_dir(root.join("leak")).unwrap();
        symlink("../../secret.txt", root.join("leak/index.html")).unwrap();
        let site = serve(&folder).start().unwrap();
        assert_eq!(get(&site, "/inside.html").text(), "<title>A</title>");
        for path in ["/outside.txt", "/up/secret.txt", "/up", "/up/", "/loop", "/leak/"] {
            assert_eq!(get(&site, path).status, 404, "{path}");
        }
    });
}

#[test]
fn gzip_is_for_clients_that_accept_it() {
    within(LIMIT, || {
        let folder = folder();
        let site = serve(&folder).on("/*", Reply::serve().gzip()).start().unwrap();
        let text = large();
        let plain = get(&site, "/large.bin");
        assert_eq!((plain.header("Content-Encoding"), plain.header("Vary")), (None, Some("Accept-Encoding")));
        assert!(plain.body == text);
        for accepted in ["gzip", "br, GZIP;q=0.5", "deflate,gzip"] {
            let fields = format!("Accept-Encoding: {accepted}\r\n");
            let response = Client::connect(&site).request("GET", "/large.bin", &fields);
            assert_eq!(response.header("Content-Encoding"), Some("gzip"), "{accepted}");
            assert_eq!(response.header("Repr-Digest"), Some(digest(&response.body).as_str()));
            assert_ne!(response.header("ETag"), plain.header("ETag"));
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(response.body.as_slice()).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == text);

            let fields = format!("{fields}If-None-Match: {}\r\n", response.header("ETag").unwrap());
            let again = Client::connect(&site).request("GET", "/large.bin", &fields);
            assert_eq!((again.status, again.header("Content-Encoding")), (304, None));
        }
        for refused in ["gzip;q=0", "identity", "x-gzip"] {
            let fields = format!("Accept-Encoding: {refused}\r\n");
            let response = Client::connect(&site).request("GET", "/large.bin", &fields);
            assert_eq!(response.header("Content-Encoding"), None, "{refused}");
        }
    });
}
