//! The log: on the standard error, for people or for programs.

use async_api::config::{LogFormat, LogSettings};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::stderr;
use std::panic;
use tracing_subscriber::EnvFilter;

/// From now on, what happens is logged; panics, too.
pub(crate) fn start(log: &LogSettings) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info")); // it was tried before
    // Where nobody reads the log any more, the service goes on: no error about errors.
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).log_internal_errors(false);
    let started = match log.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        panic::set_hook(Box::new(|panic| {
            let backtrace = Backtrace::capture();
            let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
            tracing::error!(backtrace, "{panic}");
        }));
    }
}
