//! What is said to whoever called: results on the standard output, errors on the standard error.

use std::io::{self, Write};

/// Prints this. Into a pipe that is closed, nothing is printed, and that is no error: whoever was there has seen enough.
pub(super) fn result(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Says something beside the result.
pub(super) fn note(text: &str) {
    drop(writeln!(io::stderr(), "{text}")); // nobody reads it: then nobody is told
}

/// Says what went wrong, and why.
pub(super) fn error(error: &anyhow::Error) {
    note(&format!("error: {error:#}"));
}
