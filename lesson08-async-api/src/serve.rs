//! `-- serve`: the service as a program of its own, until Ctrl-C or SIGTERM.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use common::Scratch;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use crate::service::{App, Limits, run};
use crate::store::{PATIENCE, Server, Store};

const USAGE: &str = "usage: cargo run -p lesson08-async-api -- serve [ADDRESS [FILE [SECONDS]]]
       ADDRESS  where to listen (127.0.0.1:8000)
       FILE     the database (one that is removed at the end; DATABASE_URL: PostgreSQL)
       SECONDS  from the word to stop to the hard end (10)";

/// What `serve` is told.
#[derive(Debug, PartialEq)]
struct Settings {
    address: SocketAddr,
    file: Option<PathBuf>,
    limits: (usize, Duration),
}

/// Serves, if the first word is `serve`, and returns the status to exit with: 2 for a command line that is wrong.
pub fn asked_for(words: impl IntoIterator<Item = String>) -> Option<ExitCode> {
    let mut words = words.into_iter();
    if words.next()? != "serve" {
        return None;
    }
    let settings = match settings(&words.collect::<Vec<_>>()) {
        Ok(settings) => settings,
        Err(complaint) => {
            eprintln!("{complaint}\n{USAGE}");
            return Some(ExitCode::from(2));
        }
    };
    match serve(&settings) {
        Ok(()) => Some(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("error: {error:#}");
            Some(ExitCode::FAILURE)
        }
    }
}

fn settings(words: &[String]) -> Result<Settings, String> {
    if words.len() > 3 || words.iter().any(|word| word.starts_with('-')) {
        return Err("serve takes an address, a file and seconds, and no options".to_owned());
    }
    let address = words.first().map_or("127.0.0.1:8000", String::as_str);
    let seconds = words.get(2).map_or("10", String::as_str);
    let drain = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(Settings {
        address: address.parse().map_err(|_| format!("{address} is no address; 127.0.0.1:8000 would be one"))?,
        file: words.get(1).map(PathBuf::from),
        limits: (1024, drain.ok_or_else(|| format!("{seconds} are no seconds"))?),
    })
}

fn serve(settings: &Settings) -> anyhow::Result<()> {
    let runtime = Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    let scratch = Scratch::new().context("cannot make a folder for the database")?;
    let in_scratch = scratch.path().join("notes.db");
    let file = settings.file.as_deref().unwrap_or(&in_scratch);
    runtime.block_on(async {
        let store = store(settings.file.is_none(), file).await?;
        let address = settings.address;
        let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        let asked = asked_to_stop()?;
        say(&format!("http://{}", listener.local_addr()?))?;
        let (connections, drain) = settings.limits;
        let report = run(listener, App::new(store, 256), asked, Limits { connections, drain }).await?;
        say(&serde_json::to_string(&report)?)
    })
}

/// PostgreSQL if no file was named and `DATABASE_URL` is set; the file otherwise.
async fn store(may_be_server: bool, file: &Path) -> anyhow::Result<Store> {
    if may_be_server && let Ok(url) = std::env::var("DATABASE_URL") {
        let server = Server::open(&url, "lesson08", false, 16).await;
        return Ok(Store::Server(server.context("cannot use the server that DATABASE_URL names")?));
    }
    let readers = common::measure::cores().min(4);
    Store::embedded(file, readers).with_context(|| format!("cannot use {} within {PATIENCE:?}", file.display()))
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("cannot print")
}

/// A future that is ready when the user presses Ctrl-C or, on Unix, somebody sends SIGTERM: what an operator or a
/// container does. The handlers are in place when this returns: a signal that comes earlier than expected is not lost.
#[cfg(unix)]
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let cannot = "cannot listen for signals";
    let mut interrupt = signal(SignalKind::interrupt()).context(cannot)?;
    let mut terminate = signal(SignalKind::terminate()).context(cannot)?;
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    })
}

#[cfg(not(unix))]
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await; // no handler: the system's own then ends the process
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_read_or_refused_in_words() {
        let of = |words: &[&str]| settings(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        let all = of(&["127.0.0.1:0", "notes.db", "0.5"]).expect("it is right");
        assert_eq!(all.limits, (1024, Duration::from_millis(500)));
        assert_eq!(all.file, Some(PathBuf::from("notes.db")));
        assert_eq!(of(&[]).expect("all of it may be left out").address.port(), 8000);
        for (words, complaint) in [
            (&["nowhere"][..], "nowhere is no address"),
            (&["127.0.0.1:1", "x", "soon"], "soon are no seconds"),
            (&["127.0.0.1:1", "x", "-1"], "no options"),
            (&["--help"], "no options"),
            (&["127.0.0.1:1", "x", "1", "2"], "takes an address"),
        ] {
            assert!(of(words).is_err_and(|error| error.contains(complaint)), "{words:?}");
        }
    }
}
