//! A crawl that several processes work on, in PostgreSQL.

use super::Exit;
use super::args::CrawlOptions;
use super::config::Config;
use super::crawl::{IDENTITY, drive, finish, on_a_runtime};
use super::outputs::Outputs;
use super::report::FIELDS;
use super::scratch::ScratchState;
use anyhow::{Context, Result, bail};
use concurrent_scraper::crawl::Ended;
use concurrent_scraper::frontier::Frontier;
use concurrent_scraper::frontier::postgres::{self, Postgres, PostgresOptions, Target};
use concurrent_scraper::store::Reader;
use std::path::{Path, absolute};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Whether this is the place of such a crawl rather than a file.
pub(super) fn is_frontier(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// Takes part in a crawl until its end.
pub(super) fn run(
    options: &CrawlOptions,
    frontier: &str,
    config: Config,
    outputs: Outputs,
    look: impl FnOnce(&Reader, Duration) -> Result<()>,
) -> Result<Exit> {
    if !is_frontier(frontier) {
        bail!("{frontier} is no postgres:// URL");
    }
    let target: Target = frontier.parse()?;
    let started = Instant::now();
    let ended = on_a_runtime(crawl(options.clone(), target, config, outputs))?;
    let scratch = ScratchState::new()?;
    let open = || {
        // A copy costs: only where somebody reads it.
        if options.graph.is_empty() && options.fail_on.is_empty() {
            return Ok(None);
        }
        copy(frontier, &scratch.path())?;
        Ok(Some(Reader::open(&scratch.path())?))
    };
    finish(options, open, ended, started.elapsed(), look)
}

async fn crawl(options: CrawlOptions, target: Target, config: Config, outputs: Outputs) -> Result<Ended> {
    let worker = match (&options.worker, options.output.first()) {
        (Some(name), _) => Some(name.clone()),
        (None, Some(path)) => Some(absolute(path)?.display().to_string()),
        (None, None) => None,
    };
    let frontier = PostgresOptions {
        politeness: config.politeness,
        by_level: config.store.by_level,
        lease: options.lease,
        worker,
        ..PostgresOptions::default()
    };
    let frontier = Arc::new(Postgres::connect(&target, &frontier).await.context("cannot take part in the crawl")?);
    frontier.agree(FIELDS, &options.field.join("\n")).await?;
    if frontier.agree(IDENTITY, &config.identity).await? != config.identity {
        bail!(
            "there is another crawl in this place (other URLs, scope or fields); choose another name: postgres://...#name"
        );
    }
    if options.refresh && frontier.counts().await?.pending == 0 {
        frontier.again(false).await?;
    } else if options.retry_failed {
        frontier.again(true).await?;
    }
    let crawl = config.builder.build(Arc::clone(&frontier) as Arc<dyn Frontier>)?;
    let ended = drive(&options, crawl, outputs).await;
    if let Some(frontier) = Arc::into_inner(frontier)
        && let Err(error) = frontier.close().await
    {
        tracing::warn!(%error, "what is still leased was not given back");
    }
    Ok(ended?)
}

/// Copies a crawl into a state file.
pub(super) fn copy(frontier: &str, path: &Path) -> Result<()> {
    let target: Target = frontier.parse()?;
    let path = path.to_owned();
    on_a_runtime(async move { Ok(postgres::copy(&target, &path).await?) })
}
