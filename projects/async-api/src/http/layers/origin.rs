//! Where the service runs open, for whoever is on this machine, their browser is on this machine as well; and it does
//! what web pages tell it to.
//!
//! A page may send requests to any address, and if its own name suddenly means 127.0.0.1 (DNS rebinding) it may read the
//! answers too. But it can hide neither the name it believes to be talking to (`Host`) nor its own (`Origin`).

use super::super::problem::{Kind, Problem};
use crate::config::Settings;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who may ask.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Origins {
    keys: bool,
    listen: IpAddr,
}

impl Origins {
    /// With these settings.
    pub fn new(settings: &Settings) -> Origins {
        Origins { keys: settings.keys, listen: settings.listen.ip() }
    }

    /// Lets through what may ask.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, request: &Request) -> Result<(), Problem> {
        match self.refuses(request) {
            // A probe names the machine as it likes, and learns nothing that matters.
            Some(why) if request.uri().path() != "/healthz" => Err(Problem::new(Kind::Origin, why)),
            _ => Ok(()),
        }
    }

    fn refuses(&self, request: &Request) -> Option<&'static str> {
        // A key is something that no other page has.
        if self.keys {
            return None;
        }
        let hosts = request.headers().get_all(HOST).iter().map(|value| value.to_str().unwrap_or_default());
        let authority = request.uri().authority().map(Authority::as_str);
        if !hosts.chain(authority).all(|host| self.is_ours(host)) {
            return Some("without keys, it answers to localhost and its own address alone");
        }
        let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        if !safe && !from_itself(request.headers(), authority) {
            return Some("without keys, it takes orders from its own pages alone");
        }
        None
    }

    fn is_ours(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        if authority.as_str().contains('@') {
            return false;
        }
        let name = authority.host();
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).parse::<IpAddr>();
        let ours = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into(), self.listen];
        name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| ours.contains(&address))
    }
}

/// Whether the page that sends it, if it is one, came from where it is sent to.
fn from_itself(headers: &HeaderMap, authority: Option<&str>) -> bool {
    let host = authority.or_else(|| headers.get(HOST).and_then(|host| host.to_str().ok()));
    headers.get_all(ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let page = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        page.zip(host).is_some_and(|(page, host)| page.eq_ignore_ascii_case(host))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const OPEN: Origins = Origins { keys: false, listen: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9)) };

    fn request(method: Method, headers: &[(&str, &str)]) -> Request {
        let mut request = Request::builder().method(method).uri("/v1/audits");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn only_local_names_are_answered() {
        for ours in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080", "127.0.0.9:8080"]
        {
            assert_eq!(OPEN.refuses(&request(Method::GET, &[("host", ours)])), None, "{ours}");
        }
        for other in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "127.0.0.2",
            "example.com:8080",
            "localhost@example.com",
            "example.com@localhost",
            "localhost:80:90",
            "",
            "[::2]",
            "0.0.0.0",
        ] {
            assert!(OPEN.refuses(&request(Method::GET, &[("host", other)])).is_some(), "{other}");
        }
        let two = [("host", "localhost"), ("host", "example.com")];
        assert!(OPEN.refuses(&request(Method::GET, &two)).is_some());
        let mut absolute = request(Method::GET, &[("host", "localhost")]);
        *absolute.uri_mut() = "http://example.com/v1/audits".parse().unwrap();
        assert!(OPEN.refuses(&absolute).is_some());
    }

    #[test]
    fn only_its_own_pages_give_orders() {
        let host = ("host", "localhost:8080");
        let refused = |method, origin| OPEN.refuses(&request(method, &[host, ("origin", origin)])).is_some();
        assert_eq!(OPEN.refuses(&request(Method::POST, &[host])), None);
        assert!(!refused(Method::POST, "http://localhost:8080"));
        assert!(!refused(Method::GET, "https://example.com"));
        for other in [
            "https://example.com",
            "http://localhost:9090",
            "http://localhost",
            "null",
            "",
            "localhost:8080",
            "http://localhost:8080/",
        ] {
            assert!(refused(Method::POST, other), "{other}");
            assert!(refused(Method::DELETE, other), "{other}");
        }
    }

    #[test]
    fn with_keys_anybody_may_ask() {
        let origins = Origins { keys: true, ..OPEN };
        let request = request(Method::POST, &[("host", "audits.example.com"), ("origin", "https://example.com")]);
        assert_eq!(origins.refuses(&request), None);
    }
}
