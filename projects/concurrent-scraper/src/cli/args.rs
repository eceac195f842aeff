//! What can be said on the command line.

#[cfg(feature = "postgres")]
use super::choices::lease;
pub(super) use super::choices::{FailOn, Format, LogFormat, QueryArgument, RegionArgument, What};
use super::choices::{header, login, seconds};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// A web scraper that is polite, bounded, and never loses a page.
#[derive(Debug, Parser)]
#[command(version, after_help = EXITS)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXITS: &str = "Exit status: 0 done; 1 what --fail-on names was found; 2 wrong command line; \
3 stopped before the end, the same command goes on; 4 cannot go on.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Crawl from these URLs
    Crawl(Box<CrawlArguments>),
    /// Serve the Rust documentation on this machine and crawl it; a made-up site where there is none
    #[cfg(feature = "docs")]
    Docs(Box<DocsArguments>),
    /// Say what a crawl has found
    Report(ReportArguments),
    /// Write a crawl's pages or its link graph to a file
    Export(ExportArguments),
}

#[derive(Debug, Args)]
#[command(after_help = EXITS)]
pub(super) struct CrawlArguments {
    /// Where to start
    #[arg(value_name = "URL", required_unless_present_any = ["seeds", "sitemap"])]
    pub(super) urls: Vec<String>,
    /// A file of URLs to start with, one a line; `-` reads them from the standard input
    #[arg(long, value_name = "FILE")]
    pub(super) seeds: Option<PathBuf>,
    /// A sitemap to start with
    #[arg(long, value_name = "URL")]
    pub(super) sitemap: Vec<String>,
    #[command(flatten)]
    pub(super) options: CrawlOptions,
}

#[cfg(feature = "docs")]
#[derive(Debug, Args)]
#[command(after_help = EXITS)]
pub(super) struct DocsArguments {
    /// The book or crate to crawl: std, core, book, reference
    #[arg(default_value = "std")]
    pub(super) part: String,
    /// The whole tree, some 30,000 pages
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) options: CrawlOptions,
}

#[derive(Clone, Debug, Args)]
pub(super) struct CrawlOptions {
    /// Keep the crawl here: after an interruption of any kind the same command goes on
    #[arg(long, value_name = "FILE", group = "kept", help_heading = "Results")]
    pub(super) state: Option<PathBuf>,
    /// Write every page to this file: .jsonl, .csv or .sqlite
    #[arg(long, short, value_name = "FILE", help_heading = "Results")]
    pub(super) output: Vec<PathBuf>,
    /// Write the link graph to this file: .dot or .graphml
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(super) graph: Vec<PathBuf>,
    /// A column of your own: name=selector, with ::text, ::attr(x) or ::html, such as price='.price::text'
    #[arg(long, value_name = "NAME=SELECTOR", help_heading = "Results")]
    pub(super) field: Vec<String>,
    /// Write the links of every page, too (JSONL)
    #[arg(long, help_heading = "Results")]
    pub(super) links: bool,
    /// End with status 1 if there is any of this
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Results")]
    pub(super) fail_on: Vec<FailOn>,
    /// Ask again for all pages of a finished crawl; those that have not changed are not sent again
    #[arg(long, requires = "kept", help_heading = "Results")]
    pub(super) refresh: bool,
    /// Ask again for the pages that failed
    #[arg(long, requires = "kept", help_heading = "Results")]
    pub(super) retry_failed: bool,

    /// Keep the crawl in PostgreSQL, where any number of processes work on it: postgres://user@host/database, and #name
    /// where there are several crawls in it
    #[cfg(feature = "postgres")]
    #[arg(long, value_name = "URL", group = "kept", help_heading = "Several machines")]
    pub(super) frontier: Option<String>,
    /// What this process is called, if not by its first output: under its name it goes on with that
    #[cfg(feature = "postgres")]
    #[arg(long, value_name = "NAME", requires = "frontier", help_heading = "Several machines")]
    pub(super) worker: Option<String>,
    /// How long a process that gives no sign of life keeps the URLs that it has taken
    #[cfg(feature = "postgres")]
    #[arg(long, value_name = "SECONDS", value_parser = lease, default_value = "10", help_heading = "Several machines")]
    pub(super) lease: Duration,

    /// How far from the seeds
    #[arg(long, value_enum, help_heading = "Scope")]
    pub(super) region: Option<RegionArgument>,
    /// Only URLs that match this regular expression
    #[arg(long, value_name = "REGEX", help_heading = "Scope")]
    pub(super) include: Vec<String>,
    /// No URL that matches this regular expression
    #[arg(long, value_name = "REGEX", help_heading = "Scope")]
    pub(super) exclude: Vec<String>,
    /// Links from a seed
    #[arg(long, value_name = "LINKS", help_heading = "Scope")]
    pub(super) max_depth: Option<u32>,
    /// Stop after so many pages
    #[arg(long, value_name = "PAGES", help_heading = "Scope")]
    pub(super) max_pages: Option<u64>,
    /// Stop after so many bytes of pages
    #[arg(long, value_name = "BYTES", help_heading = "Scope")]
    pub(super) max_bytes: Option<u64>,
    /// What becomes of the part of a URL after `?`
    #[arg(long, value_enum, default_value = "keep", help_heading = "Scope")]
    pub(super) query: QueryArgument,
    /// A query parameter that never chooses the page, such as 'utm_*'
    #[arg(long, value_name = "NAME", help_heading = "Scope")]
    pub(super) ignore_parameter: Vec<String>,
    /// Read the sitemaps that robots.txt names
    #[arg(long, help_heading = "Scope")]
    pub(super) robots_sitemaps: bool,

    /// Requests under way, all hosts together
    #[arg(long, value_name = "N", default_value_t = 64, help_heading = "Politeness")]
    pub(super) concurrency: usize,
    /// Requests under way at one host
    #[arg(long, value_name = "N", help_heading = "Politeness")]
    pub(super) per_host: Option<usize>,
    /// Between two requests to a host, which then gets one at a time
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "0", help_heading = "Politeness")]
    pub(super) delay: Duration,
    /// Do not ask for robots.txt: for sites of your own
    #[arg(long, help_heading = "Politeness")]
    pub(super) no_robots: bool,
    /// Leave links alone that say nofollow
    #[arg(long, help_heading = "Politeness")]
    pub(super) nofollow: bool,
    /// Tries after the first, for what may pass
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Politeness")]
    pub(super) retries: u32,
    /// The longest Retry-After to wait for
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "300", help_heading = "Politeness")]
    pub(super) patience: Duration,

    /// Who is asking; a URL or an address in it is good manners
    #[arg(long, value_name = "TEXT", help_heading = "Requests")]
    pub(super) user_agent: Option<String>,
    /// A field for requests to the seeds' hosts: 'Name: value'
    #[arg(long, short = 'H', value_name = "FIELD", value_parser = header, help_heading = "Requests")]
    pub(super) header: Vec<(String, String)>,
    /// Basic authentication at the seeds' hosts: name:password
    #[arg(long, value_name = "LOGIN", value_parser = login, help_heading = "Requests")]
    pub(super) login: Option<(String, String)>,
    /// Keep cookies while the crawl runs
    #[arg(long, help_heading = "Requests")]
    pub(super) cookies: bool,
    /// http://, https:// or socks5://; without it HTTP_PROXY and its like count
    #[arg(long, value_name = "URL", help_heading = "Requests")]
    pub(super) proxy: Option<String>,
    /// Trust the certificates in this PEM file, too
    #[arg(long, value_name = "FILE", help_heading = "Requests")]
    pub(super) ca: Vec<PathBuf>,
    /// Trust any certificate
    #[arg(long, help_heading = "Requests")]
    pub(super) insecure: bool,
    /// Until there is a connection
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10", help_heading = "Requests")]
    pub(super) connect_timeout: Duration,
    /// Until the response begins
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30", help_heading = "Requests")]
    pub(super) first_byte_timeout: Duration,
    /// While the body stands still
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "20", help_heading = "Requests")]
    pub(super) stall_timeout: Duration,
    /// For the whole response
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "120", help_heading = "Requests")]
    pub(super) timeout: Duration,
    /// Of a body, unpacked
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20, help_heading = "Requests")]
    pub(super) max_body: u64,

    /// Say nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// What happens, on the standard error, for people or for programs; RUST_LOG says how much
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
}

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// The state file of a crawl, or its postgres:// URL
    #[arg(value_name = "STATE")]
    pub(super) state: PathBuf,
    /// What to say
    #[arg(value_enum, default_value = "summary")]
    pub(super) what: What,
    /// In which form
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
    /// The most lines
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(super) most: usize,
}

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// The state file of a crawl, or its postgres:// URL
    #[arg(value_name = "STATE")]
    pub(super) state: PathBuf,
    /// Where to: .jsonl, .csv, .sqlite, .dot or .graphml
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Write the links of every page, too (JSONL)
    #[arg(long)]
    pub(super) links: bool,
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
