//! Decides what to respond: status, header fields and body.

use super::content::{Body, Content, Representation};
use super::date::http_date;
use super::delivery::Delivery;
use super::head::Head;
use super::path;
use super::reply::{Answer, Reply};
use super::source::{Found, Source};

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) delivery: Delivery,
}

impl Response {
    /// A status with its name as the body.
    pub(super) fn status(status: u16) -> Response {
        let content = Content::text(format!("{status} {}\n", reason(status)));
        Response::with_content(status, content)
    }

    fn with_content(status: u16, content: Content) -> Response {
        Response::with_representation(status, content.into())
    }

    fn with_representation(status: u16, representation: Representation) -> Response {
        let response = Response { status, headers: Vec::new(), body: representation.body, delivery: Delivery::Whole };
        response.header("Content-Type", representation.content_type)
    }

    fn without_body(status: u16) -> Response {
        Response { status, headers: Vec::new(), body: Body::default(), delivery: Delivery::Whole }
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Response {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// What a reply means for a request. None: no response at all.
    pub(super) fn new(reply: &Reply, head: &Head, path: &str, source: &Source) -> Option<Response> {
        let mut response = match &reply.answer {
            Answer::Serve => serve(source, head, path, reply.gzip),
            Answer::Generate(content) => represent(content(&head.target).into(), head, reply.gzip),
            Answer::Status(200, Some(content)) => represent(content.clone().into(), head, reply.gzip),
            Answer::Status(status, Some(content)) => Response::with_content(*status, content.clone()),
            Answer::Status(status @ (100..200 | 204 | 304), None) => Response::without_body(*status),
            Answer::Status(status, None) => Response::status(*status),
            Answer::Close | Answer::Reset => return None,
        };
        let scripted = |name: &str| reply.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        response.headers.retain(|(name, _)| !scripted(name));
        response.headers.extend(reply.headers.iter().cloned());
        response.delivery = reply.delivery.clone();
        Some(response)
    }
}

fn serve(source: &Source, head: &Head, path: &str, gzip: bool) -> Response {
    match source.find(path) {
        Ok(Found::Representation(representation)) => represent(representation, head, gzip),
        Ok(Found::Folder) => {
            let query = head.target.split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
            Response::status(301).header("Location", format!("{}/{query}", path::encode(path)))
        }
        Ok(Found::Nothing) => Response::status(404),
        Err(_) => Response::status(500),
    }
}

/// A full response, or 304 when the client has the same already (RFC 9110, section 13).
fn represent(mut representation: Representation, head: &Head, gzip: bool) -> Response {
    let compress = gzip && head.accepts_gzip();
    let mut validators = vec![("ETag", representation.etag(compress))];
    validators.extend(representation.modified.map(|time| ("Last-Modified", http_date(time))));
    if gzip {
        validators.push(("Vary", "Accept-Encoding".to_owned()));
    }
    let mut response = if is_known(&validators, head) {
        Response::without_body(304)
    } else if compress && representation.compress().is_err() {
        Response::status(500)
    } else {
        let digest = representation.digest();
        Response::with_representation(200, representation).header("Repr-Digest", digest)
    };
    if compress && response.status == 200 {
        response = response.header("Content-Encoding", "gzip");
    }
    validators.into_iter().fold(response, |response, (name, value)| response.header(name, value))
}

fn is_known(validators: &[(&str, String)], head: &Head) -> bool {
    let value = |name| validators.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str());
    match head.field("If-None-Match") {
        Some("*") => true,
        Some(tags) => tags.split(',').any(|tag| Some(tag.trim().trim_start_matches("W/")) == value("ETag")),
        // Equal dates are enough: a client sends back what it was given.
        None => value("Last-Modified").is_some_and(|time| head.field("If-Modified-Since") == Some(time)),
    }
}

pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unassigned",
    }
}
