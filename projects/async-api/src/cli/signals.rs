//! How an operator asks the service to stop.

use super::print;
use crate::telemetry::Lines;
use std::io;
use tokio_util::sync::CancellationToken;

/// Ready at the first SIGINT or SIGTERM. At the second the process ends at once.
///
/// # Errors
/// If the system does not let us know of signals.
pub(super) fn asked_to_stop(log: Lines) -> io::Result<impl Future<Output = ()>> {
    let mut signals = Signals::new()?; // from here on none is missed
    let asked = CancellationToken::new();
    let first = asked.clone();
    tokio::spawn(async move {
        signals.next().await;
        first.cancel();
        signals.next().await;
        log.flush();
        print::note("asked twice: ending at once");
        std::process::exit(1);
    });
    Ok(asked.cancelled_owned())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use tokio::signal::windows::{ctrl_c, ctrl_shutdown};
        Ok(Signals { interrupt: ctrl_c()?, shutdown: ctrl_shutdown()? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}
