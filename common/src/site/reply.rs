//! How to answer one request.

use super::content::Content;
use super::delivery::Delivery;
use super::script::Script;
use std::sync::Arc;
use std::time::Duration;

/// How a site answers one request: with what, and how it is sent.
///
/// Made by one of the first functions, refined by the others:
/// `Reply::serve().header("X-Name", "value").slow(100, pause)`. Of the ways of sending, the last one
/// given counts.
#[derive(Clone)]
pub struct Reply {
    pub(super) answer: Answer,
    pub(super) headers: Vec<(String, String)>,
    pub(super) wait: Duration,
    pub(super) gzip: bool,
    pub(super) delivery: Delivery,
}

#[derive(Clone)]
pub(super) enum Answer {
    Serve,
    Status(u16, Option<Content>),
    Generate(Arc<dyn Fn(&str) -> Content + Send + Sync>),
    Close,
    Reset,
}

impl Reply {
    fn new(answer: Answer) -> Reply {
        Reply { answer, headers: Vec::new(), wait: Duration::ZERO, gzip: false, delivery: Delivery::Whole }
    }

    /// What the site would serve without a script.
    pub fn serve() -> Reply {
        Reply::new(Answer::Serve)
    }

    /// A content, with status 200.
    pub fn content(content: Content) -> Reply {
        Reply::status_with_content(200, content)
    }

    /// A status, with its name as the body.
    pub fn status(status: u16) -> Reply {
        Reply::new(Answer::Status(status, None))
    }

    /// A status with a content: an error page, say.
    pub fn status_with_content(status: u16, content: Content) -> Reply {
        Reply::new(Answer::Status(status, Some(content)))
    }

    /// A redirect: a status such as 301, 302, 303, 307 or 308, and where to.
    pub fn redirect(status: u16, target: &str) -> Reply {
        Reply::status(status).header("Location", target)
    }

    /// A refusal that asks to come back later: a status such as 429 or 503, and `Retry-After` in
    /// seconds (RFC 9110, section 10.2.3).
    pub fn retry_after(status: u16, seconds: u64) -> Reply {
        Reply::status(status).header("Retry-After", &seconds.to_string())
    }

    /// A content made for each request from its target, the path and the query as sent. A panic in
    /// it closes the connection.
    pub fn generate(content: impl Fn(&str) -> Content + Send + Sync + 'static) -> Reply {
        Reply::new(Answer::Generate(Arc::new(content)))
    }

    /// A page with this many links, each one level deeper, to pages of the same kind. Given for a
    /// prefix it is a trap: a crawler that follows every link never gets out.
    pub fn trap(links: usize) -> Reply {
        Reply::generate(move |target| {
            let path = target.split('?').next().unwrap_or_default().trim_end_matches('/');
            let links = (1..=links).map(|link| format!("<li><a href=\"{path}/{link}\">Deeper</a></li>\n"));
            let title = format!("Level {}", path.matches('/').count());
            Content::html(format!(
                "<!DOCTYPE html>\n<title>{title}</title>\n<h1>{title}</h1>\n<ul>\n{}</ul>\n",
                links.collect::<String>()
            ))
        })
    }

    /// No response: the connection is closed once the request has been read.
    pub fn close() -> Reply {
        Reply::new(Answer::Close)
    }

    /// No response: the connection is reset (RST) once the request has been seen. A system that does
    /// not reset a socket closed with unread bytes, as BSDs may not, closes it.
    pub fn reset() -> Reply {
        Reply::new(Answer::Reset)
    }

    /// Adds a header field. It replaces the one that the site would set. Name and value go out as
    /// they are.
    pub fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits this long before the response, on top of the site's latency.
    pub fn after(mut self, wait: Duration) -> Reply {
        self.wait = wait;
        self
    }

    /// Compresses what has status 200, for clients that accept gzip.
    pub fn gzip(mut self) -> Reply {
        self.gzip = true;
        self
    }

    /// Sends the body this many bytes at a time, with a pause between them.
    pub fn slow(self, bytes: u64, pause: Duration) -> Reply {
        self.sent(Delivery::Slow { bytes: bytes.max(1), pause })
    }

    /// Sends this many bytes of the body, stops for a while, then sends the rest. A client that
    /// leaves ends the pause.
    pub fn stall(self, after: u64, pause: Duration) -> Reply {
        self.sent(Delivery::Stalled { after, pause })
    }

    /// Promises the whole body in `Content-Length`, sends this many bytes of it and closes.
    pub fn cut_off(self, after: u64) -> Reply {
        self.sent(Delivery::CutOff { after })
    }

    /// Sends the whole body under a `Content-Length` that is wrong, and closes.
    pub fn claim_length(self, length: u64) -> Reply {
        self.sent(Delivery::WrongLength { claimed: length })
    }

    /// Sends the body in chunks, without a `Content-Length` (RFC 9112, section 7.1).
    pub fn chunked(self) -> Reply {
        self.sent(Delivery::Chunked)
    }

    /// Sends the body over and over, in chunks and as quickly as the client takes it, until the client
    /// leaves or has had this many bytes. `u64::MAX` is as good as for ever.
    pub fn endless(self, most: u64) -> Reply {
        self.sent(Delivery::Endless { most })
    }

    /// Answers this many requests so; afterwards the site serves as without a script.
    pub fn times(self, times: u64) -> Script {
        Script::times(self, times)
    }

    fn sent(mut self, delivery: Delivery) -> Reply {
        self.delivery = delivery;
        self
    }
}

impl From<Content> for Reply {
    fn from(content: Content) -> Reply {
        Reply::content(content)
    }
}
