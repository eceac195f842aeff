//! What an option may say.

use clap::ValueEnum;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// A link that leads to nothing
    Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RegionArgument {
    /// The seeds' hosts (the default)
    Host,
    /// Below the seeds' folders
    Prefix,
    /// The seeds' hosts and those below them
    Subdomains,
    /// Anywhere
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum QueryArgument {
    /// As it is
    Keep,
    /// Sorted by name
    Sort,
    /// Dropped
    Drop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    /// A table of figures
    Summary,
    /// Broken pages and who links to them
    Broken,
    /// Redirects and where they end
    Redirects,
    /// Pages with the same content
    Duplicates,
    /// The slowest pages
    Slowest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One JSON object a line
    Json,
    /// A table
    Csv,
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text:?} is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Signs of life come every two seconds.
#[cfg(feature = "postgres")]
pub(super) fn lease(text: &str) -> Result<Duration, String> {
    let lease = seconds(text)?;
    if lease < Duration::from_secs(3) { Err("not less than 3".to_owned()) } else { Ok(lease) }
}

pub(super) fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("a field looks like 'Name: value'")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

pub(super) fn login(text: &str) -> Result<(String, String), String> {
    let (name, password) = text.split_once(':').ok_or("a login looks like name:password")?;
    Ok((name.to_owned(), password.to_owned()))
}
