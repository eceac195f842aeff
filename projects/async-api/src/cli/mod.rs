//! The command line.

mod args;
mod check;
#[cfg(feature = "demo")]
mod demo;
mod keys;
mod print;
mod serve;
mod signals;
mod sources;

use args::{Arguments, Command, KeyCommand};
use async_api::config::{Loaded, Mistakes, load};
use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;

/// How long threads that are still busy may hold up the end.
const LAST: Duration = Duration::from_secs(1);

/// The command line, or the settings, are wrong: starting again does not help.
const WRONG: u8 = 2;

pub(crate) fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&error);
            if error.is::<Mistakes>() { ExitCode::from(WRONG) } else { ExitCode::FAILURE }
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(Command::Openapi) = arguments.command {
        return openapi(); // whatever the settings
    }
    let loaded = load(&sources::sources(&arguments.settings)?)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let result = runtime.block_on(command(arguments.command.unwrap_or(Command::Serve), loaded));
    runtime.shutdown_timeout(LAST);
    result
}

async fn command(command: Command, loaded: Loaded) -> anyhow::Result<()> {
    let database = &loaded.settings.database;
    match command {
        Command::Serve => serve::serve(loaded).await,
        #[cfg(feature = "demo")]
        Command::Demo => demo::demo(loaded).await,
        Command::Check => check::check(&loaded).await,
        Command::Openapi => openapi(),
        Command::Keys(KeyCommand::Create(key)) => keys::create(database, key).await,
        Command::Keys(KeyCommand::List) => keys::list(database).await,
        Command::Keys(KeyCommand::Revoke { id }) => keys::revoke(database, id).await,
    }
}

fn openapi() -> anyhow::Result<()> {
    let document = async_api::http::openapi().to_pretty_json()?;
    Ok(print::result(&format!("{document}\n"))?)
}
