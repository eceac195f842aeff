//! The service in a process of its own, as an operator has it.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::client::Client;
use crate::store::{Note, sqlite};

/// The service in a process of its own.
#[derive(Debug)]
pub struct Service {
    /// Whom to ask.
    pub client: Client,
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

/// How a service ended.
#[derive(Debug)]
pub struct End {
    /// What it said in its last line.
    pub report: Value,
    /// The exit status.
    pub status: Option<i32>,
    /// The notes that clients were told are kept.
    pub promised: Vec<i64>,
    /// The notes in the file, afterwards.
    pub kept: Vec<i64>,
}

impl Service {
    /// Starts it, with its notes in this file and so many seconds from the word to stop to the hard end.
    ///
    /// # Errors
    /// If it does not come up.
    pub async fn start(program: &Path, file: &Path, drain: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.args(["serve", "127.0.0.1:0"]).arg(file).arg(drain).env_remove("DATABASE_URL");
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).kill_on_drop(true).spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("it has no output")?).lines();
        let address = output.next_line().await?.context("the service did not start")?;
        Ok(Service { child, output, client: Client::new(address)? })
    }

    /// What an operator does, or a container that is to be moved.
    ///
    /// # Errors
    /// If it is gone.
    #[cfg(unix)]
    pub fn ask_to_stop(&self) -> anyhow::Result<()> {
        let process = self.child.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?));
        let process = process.context("the service is gone")?;
        Ok(rustix::process::kill_process(process, rustix::process::Signal::TERM)?)
    }

    /// Waits for its end, and looks into the file.
    ///
    /// # Errors
    /// If it ended without a report.
    pub async fn end(mut self, file: &Path, promised: Vec<i64>) -> anyhow::Result<End> {
        let report = self.output.next_line().await?.context("it ended without a report")?;
        let status = self.child.wait().await?.code();
        let notes: Vec<Note> = sqlite::list(&sqlite::open(file)?, None, u32::MAX)?;
        let kept = notes.iter().rev().map(|note| note.id).collect();
        Ok(End { report: serde_json::from_str(&report)?, status, promised, kept })
    }
}
