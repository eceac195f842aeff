//! A raw client, and what the tests serve to it.

use base64::prelude::{BASE64_STANDARD, Engine};
use common::Scratch;
use common::site::{RunningSite, Site};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing here takes this long, unless it hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A client that sends what it is told and takes what comes.
pub(crate) struct Client(pub(crate) BufReader<TcpStream>);

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether all of the body came that the head promised.
    pub(crate) whole: bool,
}

impl Client {
    pub(crate) fn connect(site: &RunningSite) -> Client {
        Client(BufReader::new(TcpStream::connect(site.address()).unwrap()))
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    pub(crate) fn get(&mut self, path: &str) -> Response {
        self.request("GET", path, "")
    }

    pub(crate) fn request(&mut self, method: &str, path: &str, fields: &str) -> Response {
        self.send(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"));
        self.receive(method).unwrap()
    }

    pub(crate) fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    pub(crate) fn receive(&mut self, method: &str) -> io::Result<Response> {
        let status = self.line()?.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut response = Response { status, headers, body: Vec::new(), whole: true };
        if method == "HEAD" || status == 304 || status == 204 {
            return Ok(response);
        }
        if response.header("Transfer-Encoding") == Some("chunked") {
            response.whole = self.chunks(&mut response.body).is_ok();
        } else if let Some(length) = response.header("Content-Length") {
            let length = length.parse().unwrap();
            let read = self.0.by_ref().take(length).read_to_end(&mut response.body);
            response.whole = read.is_ok_and(|read| read as u64 == length);
        } else {
            self.0.read_to_end(&mut response.body)?;
        }
        Ok(response)
    }

    pub(crate) fn chunks(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).unwrap();
            let start = body.len();
            body.resize(start + length, 0);
            self.0.read_exact(&mut body[start..])?;
            assert_eq!(self.line()?, "");
            if length == 0 {
                return Ok(());
            }
        }
    }

    /// What comes until the other side closes; an error when it resets.
    pub(crate) fn rest(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).map(|_| bytes)
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) fn get(site: &RunningSite, path: &str) -> Response {
    Client::connect(site).get(path)
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

/// A folder to serve, beside a file that must not be served.
pub(crate) fn folder() -> Scratch {
    let scratch = Scratch::new().unwrap();
    let root = scratch.path().join("root");
    fs::create_dir_all(root.join("sub folder")).unwrap();
    fs::write(scratch.path().join("secret.txt"), "secret").unwrap();
    for (name, text) in [
        ("index.html", "<title>Home</title>"),
        ("a.html", "<title>A</title>"),
        ("style.CSS", "p {}"),
        ("no-extension", "?"),
        ("empty.txt", ""),
        ("100% Grün.txt", "named"),
        ("sub folder/index.html", "<title>Sub</title>"),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    fs::write(root.join("large.bin"), large()).unwrap();
    scratch
}

/// Several times what the site reads at once, and not a multiple of it.
pub(crate) fn large() -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(1);
    std::iter::repeat_with(|| rng.u8(..)).take(300_001).collect()
}

pub(crate) fn serve(folder: &Scratch) -> Site {
    Site::folder(folder.path().join("root")).unwrap()
}
