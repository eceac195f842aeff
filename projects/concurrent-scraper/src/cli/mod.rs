//! The command line.

mod args;
mod choices;
mod config;
mod crawl;
#[cfg(feature = "docs")]
mod docs;
mod outputs;
mod progress;
mod report;
mod scratch;
#[cfg(feature = "postgres")]
mod shared;

use args::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

/// How the program ends, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Everything has been done.
    Done = 0,
    /// What `--fail-on` names was found.
    Found = 1,
    /// Stopped before the end: the same command goes on.
    Stopped = 3,
    /// Cannot go on: the message says why. (2 is a wrong command line.)
    Failed = 4,
}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Crawl(options) => crawl::command(*options),
        #[cfg(feature = "docs")]
        Command::Docs(options) => docs::command(*options),
        Command::Report(options) => report::report(&options),
        Command::Export(options) => report::export(&options),
    };
    let exit = result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Exit::Failed
    });
    ExitCode::from(exit as u8)
}
