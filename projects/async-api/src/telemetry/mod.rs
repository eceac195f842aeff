//! The log: on the standard error, for people or for programs.

mod lines;

use async_api::config::{LogFormat, LogSettings};
use lines::GATHER;
pub(crate) use lines::Lines;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, stderr};
use std::panic;
use tracing_subscriber::EnvFilter;

/// The log. What has been gathered is written when it is dropped.
pub(crate) struct Log(Lines);

impl Log {
    /// Where its lines go.
    pub(crate) fn lines(&self) -> Lines {
        self.0.clone()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// From now on, what happens is logged; panics, too.
///
/// # Errors
/// If there is no thread for it.
pub(crate) fn start(log: &LogSettings) -> io::Result<Log> {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info")); // it was tried before
    let lines = Lines::to(stderr(), GATHER, |lost| tracing::warn!(lost, "nobody took these lines of the log"))?;
    // Where nobody reads the log any more, the service goes on: no error about errors.
    let events =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines.clone()).log_internal_errors(false);
    let started = match log.format {
        LogFormat::Text => events.try_init(),
        LogFormat::Json => events.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        panic::set_hook(Box::new(|panic| {
            let backtrace = Backtrace::capture();
            let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
            tracing::error!(backtrace, "{panic}");
        }));
    }
    Ok(Log(lines))
}
