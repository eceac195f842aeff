//! What an error of the HTTP client means to a crawl.

use super::resolver::Refused;
use crate::page::{Problem, ProblemKind};
use std::error::Error;
use std::io;

/// The problem behind an error.
pub(super) fn of(error: &reqwest::Error) -> Problem {
    // The row says the URL already, and in an error it may carry a password.
    let url = error.url().map(|url| format!(" for url ({url})")).unwrap_or_default();
    let message = chain(error).replacen(&url, "", usize::from(!url.is_empty()));
    let refused = sources(error).any(<dyn Error + 'static>::is::<Refused>);
    let kind = if refused {
        ProblemKind::Address
    } else if error.is_dns() || message.contains("failed to lookup address") || message.contains("dns error") {
        ProblemKind::Dns
    } else if error.is_connect() {
        // The TLS library's errors arrive wrapped in I/O errors of no particular kind.
        let secured = ["certificate", "TLS", "tls", "fatal alert", "handshake", "corrupt message", "InvalidMessage"];
        match secured.iter().any(|word| message.contains(word)) {
            true => ProblemKind::Tls,
            false => ProblemKind::Connect,
        }
    } else if error.is_timeout() {
        ProblemKind::Timeout
    } else if is_cut_off(error) {
        ProblemKind::CutOff
    } else if error.is_decode() {
        ProblemKind::Encoding
    } else {
        ProblemKind::Protocol
    };
    Problem::new(kind, message)
}

/// An error and what caused it, in one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    for source in sources(error).skip(1) {
        let cause = source.to_string();
        if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        error.source()
    })
}

/// The connection ended in the middle of something.
fn is_cut_off(error: &reqwest::Error) -> bool {
    let ended = [io::ErrorKind::ConnectionReset, io::ErrorKind::UnexpectedEof, io::ErrorKind::BrokenPipe];
    sources(error).any(|source| {
        let io = source.downcast_ref::<io::Error>().is_some_and(|error| ended.contains(&error.kind()));
        // hyper's own words; its error type is not public here.
        let words = source.to_string();
        io || words.contains("connection closed before message completed")
            || words.contains("end of file before message length reached")
            || words.contains("unexpected EOF during chunk")
            || words.contains("connection error")
    })
}
