//! Reads the head of a request (RFC 9112).

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The longest head that is read; a longer one is refused (431).
pub(super) const LONGEST_HEAD: usize = 16 * 1024;
const MOST_FIELDS: usize = 64;

/// The request line and the header fields.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: String,
    /// The path and the query, as the client sent them.
    pub(super) target: String,
    /// The header fields, a line each.
    pub(super) fields: String,
    pub(super) http_1_0: bool,
}

/// What came in on a connection.
pub(super) enum Incoming {
    /// A head, and how many bytes of it are still in the socket.
    Head(Head, usize),
    /// Something that deserves this status.
    Refused(u16),
    /// The client closed the connection, or said nothing for too long.
    Nothing,
}

/// Waits for the next head. What completes it stays in the socket: to close a socket with unread bytes
/// resets the connection, and the standard library has no other way to do that on purpose.
pub(super) fn read(mut stream: &TcpStream, buffer: &mut [u8; LONGEST_HEAD], limit: Duration) -> io::Result<Incoming> {
    let since = Instant::now();
    let mut taken = 0;
    while taken < buffer.len() {
        let seen = taken + stream.peek(&mut buffer[taken..])?;
        if seen == taken || since.elapsed() > limit {
            return Ok(Incoming::Nothing);
        }
        match parse(&buffer[..seen]) {
            Ok(httparse::Status::Complete((head, length))) => {
                return Ok(Incoming::Head(head, length - taken));
            }
            Ok(httparse::Status::Partial) => stream.read_exact(&mut buffer[taken..seen])?,
            Err(status) => return Ok(Incoming::Refused(status)),
        }
        taken = seen;
    }
    Ok(Incoming::Refused(431))
}

fn parse(bytes: &[u8]) -> Result<httparse::Status<(Head, usize)>, u16> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(httparse::Status::Partial),
        Err(httparse::Error::TooManyHeaders) => return Err(431),
        Err(_) => return Err(400),
    };
    let text = String::from_utf8_lossy(&bytes[..length]);
    let (_, fields) = text.trim_start().split_once('\n').unwrap_or_default();
    let head = Head {
        method: request.method.unwrap_or_default().to_owned(),
        target: origin_form(request.path.unwrap_or_default()).to_owned(),
        fields: fields.to_owned(),
        http_1_0: request.version == Some(0),
    };
    // RFC 9112, section 3.2: a request without Host is malformed, and so is a relative path.
    let has_host = head.http_1_0 || head.field("Host").is_some();
    let has_path = head.target.starts_with('/') || head.target == "*";
    if has_host && has_path { Ok(httparse::Status::Complete((head, length))) } else { Err(400) }
}

/// A server has to take `GET http://host/path` as well (RFC 9112, section 3.2.2).
fn origin_form(target: &str) -> &str {
    match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => target,
    }
}

impl Head {
    /// The value of the first header field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    /// Whether another request can follow: the client did not ask to close, and there is no body in
    /// the way.
    pub(super) fn can_keep_alive(&self) -> bool {
        let close = self
            .field("Connection")
            .is_some_and(|options| options.split(',').any(|option| option.trim().eq_ignore_ascii_case("close")));
        let body = self.field("Transfer-Encoding").is_some()
            || self.field("Content-Length").is_some_and(|length| length != "0");
        !self.http_1_0 && !close && !body
    }

    /// Whether the client takes gzip (RFC 9110, section 12.5.3).
    pub(super) fn accepts_gzip(&self) -> bool {
        self.field("Accept-Encoding").is_some_and(|codings| {
            codings.split(',').any(|coding| {
                let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
                let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
                name.trim().eq_ignore_ascii_case("gzip") && weight.is_none_or(|q| q > 0.0)
            })
        })
    }
}

/// The value of the first field of this name in a block of header fields.
pub(super) fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
