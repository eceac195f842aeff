//! What can be said on the command line.

use async_api::model::KeyLimits;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use uuid::Uuid;

const EXAMPLES: &str = "\
Examples:
  async-api                            on this machine alone, in async-api.db
  async-api demo                                 the same, with a site on this machine to audit
  async-api keys create anna           a key, for when others can connect
  async-api --listen 0.0.0.0:80        for others
  async-api --set requests.drain=5s    any setting of the file, by its name
  async-api check                      all settings, and where they come from

Over the file's settings are variables (ASYNC_API_REQUESTS_DRAIN=5s), over those the options here.

Exit status: 0 done; 1 failed; 2 the command line or the settings are wrong.";

/// Site audits as a service: broken links, redirects, slow pages and duplicate titles, over HTTP.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) settings: SettingArguments,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve, until it is asked to stop (the default)
    Serve,
    /// Serve with a database of its own, and audit the documentation on this machine
    #[cfg(feature = "demo")]
    Demo,
    /// Say what the settings are, and whether the service could start; a database is brought up to date
    Check,
    /// API keys: make them, list them, take them back
    #[command(subcommand)]
    Keys(KeyCommand),
    /// Print the description of the API: OpenAPI 3.1, JSON
    Openapi,
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key, and print it: this once
    Create(NewKey),
    /// List all keys, without themselves
    List,
    /// Take a key back
    Revoke {
        /// Its id, as `keys list` says it
        id: Uuid,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Example: KEY=$(async-api keys create anna --audits-per-day 20)")]
pub(super) struct NewKey {
    /// Whose it is, or what for
    #[arg(value_parser = name)]
    pub(super) name: String,
    /// Requests a minute, on average
    #[arg(long, value_name = "N", default_value_t = KeyLimits::default().requests_per_minute, value_parser = at_least_one())]
    pub(super) requests_per_minute: u32,
    /// Requests at once, after a pause
    #[arg(long, value_name = "N", default_value_t = KeyLimits::default().burst, value_parser = at_least_one())]
    pub(super) burst: u32,
    /// Audits in a day, by UTC
    #[arg(long, value_name = "N", default_value_t = KeyLimits::default().audits_per_day)]
    pub(super) audits_per_day: u32,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct SettingArguments {
    /// A TOML file with settings; or ASYNC_API_CONFIG
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Where to listen, such as 127.0.0.1:8080
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// A SQLite file, or postgres://user@host/database; with a password, use ASYNC_API_DATABASE
    #[arg(long, global = true, value_name = "FILE|URL")]
    pub(super) database: Option<String>,
    /// A folder for crawls under way
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) data: Option<String>,
    /// Audits at a time
    #[arg(long, global = true, value_name = "N")]
    pub(super) workers: Option<String>,
    /// How much is logged: error, warn, info, debug
    #[arg(long, global = true, value_name = "FILTER")]
    pub(super) log: Option<String>,
    /// How: text or json
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(super) log_format: Option<String>,
    /// Any setting of the file, such as requests.drain=5s
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) set: Vec<(String, String)>,
}

fn at_least_one() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}

fn assignment(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE, such as requests.drain=5s")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn name(text: &str) -> Result<String, String> {
    if text.trim() != text || !(1..=100).contains(&text.chars().count()) || text.chars().any(char::is_control) {
        return Err("must be 1 to 100 characters on one line, without spaces around them".to_owned());
    }
    if text == async_api::service::ENVIRONMENT {
        return Err(format!("{text:?} is the name of the key in the settings"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_makes_sense() {
        Arguments::command().debug_assert();
    }
}
