//! One connection, from its first request to its end.

use super::connections::Connection;
use super::delivery::deliver;
use super::head::{self, Head, Incoming, LONGEST_HEAD};
use super::outgoing::{Framing, Outgoing};
use super::path;
use super::reply::{Answer, Reply};
use super::response::{Response, reason};
use super::server::Server;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long a closed connection is still read from.
const LINGER: Duration = Duration::from_secs(1);

/// What to do after a request.
enum Next {
    Continue,
    Close,
    Reset,
}

/// Serves a connection until it ends. An error ends it too: the client has left, or the site stops.
pub(super) fn serve(connection: Connection, server: &Server) {
    let _ = serve_requests(&connection, server);
}

fn serve_requests(stream: &TcpStream, server: &Server) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(server.site.idle_limit))?;
    stream.set_write_timeout(Some(server.site.idle_limit))?;
    let mut incoming = [0; LONGEST_HEAD];
    let mut outgoing = Vec::new();
    loop {
        let next = match head::read(stream, &mut incoming, server.site.idle_limit)? {
            Incoming::Head(head, unread) => {
                serve_request(stream, server, &head, &mut incoming[..unread], &mut outgoing)?
            }
            Incoming::Refused(status) => refuse(stream, status)?,
            Incoming::Nothing => Next::Close,
        };
        match next {
            Next::Continue => {}
            Next::Close => return close(stream, &mut incoming),
            // What is unread makes it a reset.
            Next::Reset => return Ok(()),
        }
    }
}

fn serve_request(
    mut stream: &TcpStream,
    server: &Server,
    head: &Head,
    unread: &mut [u8],
    buffer: &mut Vec<u8>,
) -> io::Result<Next> {
    let exchange = server.log.begin(head);
    let allowed = matches!(head.method.as_str(), "GET" | "HEAD");
    let path = path::decode(&head.target).filter(|_| allowed);
    let scripted = path.as_deref().and_then(|path| server.site.routes.next(path));
    let served = Reply::serve();
    let reply = scripted.unwrap_or(&served);
    server.stop.pause(server.site.latency_of(&head.target).saturating_add(reply.wait))?;
    if matches!(reply.answer, Answer::Reset) {
        return Ok(Next::Reset);
    }
    stream.read_exact(unread)?;

    let response = match path {
        Some(path) => Response::new(reply, head, &path, &server.site.source),
        None if allowed => Some(Response::status(404)),
        None => Some(Response::status(405).header("Allow", "GET, HEAD")),
    };
    let Some(response) = response else { return Ok(Next::Close) };
    let framing = match response.delivery.framing(response.body.length()) {
        _ if matches!(response.status, 100..200 | 204 | 304) => Framing::None,
        Framing::Chunked if head.http_1_0 => Framing::UntilClose,
        framing => framing,
    };
    let keep = head.can_keep_alive() && response.delivery.keeps_alive();
    let mut outgoing = Outgoing::new(stream, buffer, exchange);
    outgoing.write_head(&response, framing, !keep)?;
    if framing == Framing::None || head.method == "HEAD" {
        outgoing.finish()?;
    } else {
        deliver(response, framing, outgoing, &server.stop)?;
    }
    Ok(if keep { Next::Continue } else { Next::Close })
}

fn refuse(mut stream: &TcpStream, status: u16) -> io::Result<Next> {
    let reason = reason(status);
    let response = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(response.as_bytes())?;
    Ok(Next::Close)
}

/// Ends the stream, then reads on for a moment. To close with unread bytes would reset the connection,
/// and the client could lose the response (RFC 9112, section 9.6).
fn close(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(LINGER))?;
    let since = Instant::now();
    while since.elapsed() < LINGER && stream.read(buffer)? > 0 {}
    Ok(())
}
