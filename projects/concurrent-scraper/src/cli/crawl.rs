//! The command `crawl`.

use super::Exit;
use super::args::{CrawlArguments, CrawlOptions, FailOn, LogFormat};
use super::config::Config;
use super::outputs::{Form, Outputs, write_graph};
use super::progress::Display;
use super::report::FIELDS;
use super::scratch::ScratchState;
use anyhow::{Context, Result, bail};
use concurrent_scraper::crawl::{Crawl, CrawlError, Ended, Shutdown, Why};
use concurrent_scraper::frontier::Frontier;
use concurrent_scraper::sitemap;
use concurrent_scraper::store::{Reader, Store};
use indicatif::{HumanBytes, HumanCount};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing_subscriber::EnvFilter;
use url::Url;

/// The word under which a state file keeps what crawl it is of.
pub(super) const IDENTITY: &str = "crawl";

pub(super) fn command(arguments: CrawlArguments) -> Result<Exit> {
    let mut seeds = arguments.urls.iter().map(|url| parse(url)).collect::<Result<Vec<_>>>()?;
    if let Some(file) = &arguments.seeds {
        let cannot = || format!("cannot read the seeds in {}", file.display());
        let list: Box<dyn BufRead> = match file.as_os_str() == "-" {
            true => Box::new(std::io::stdin().lock()),
            false => Box::new(BufReader::new(File::open(file).with_context(cannot)?)),
        };
        for seed in sitemap::seeds(list) {
            seeds.push(seed.with_context(cannot)?);
        }
    }
    let sitemaps = arguments.sitemap.iter().map(|url| parse(url)).collect::<Result<_>>()?;
    run(&arguments.options, seeds, sitemaps, |_, _| Ok(()))
}

/// `example.com` is what people type.
fn parse(text: &str) -> Result<Url> {
    let complete = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    Url::parse(&complete).with_context(|| format!("{text:?} is not a URL"))
}

/// Runs a crawl from beginning to end. `look` gets the state when the crawl is finished.
pub(super) fn run(
    options: &CrawlOptions,
    seeds: Vec<Url>,
    sitemaps: Vec<Url>,
    look: impl FnOnce(&Reader, Duration) -> Result<()>,
) -> Result<Exit> {
    log(options.log_format);
    let config = options.config(seeds, sitemaps)?;
    let outputs = Outputs::new(&options.output, options.fields()?, options.links)?;
    let graphs = options.graph.iter().map(|path| Form::of(path).map(|form| (path, form)));
    if let Some((path, _)) = graphs.collect::<Result<Vec<_>>>()?.into_iter().find(|(_, form)| !form.is_graph()) {
        bail!("{} is no graph: use --output", path.display());
    }
    #[cfg(feature = "postgres")]
    if let Some(frontier) = &options.frontier {
        return super::shared::run(options, frontier, config, outputs, look);
    }
    let scratch = options.state.is_none().then(ScratchState::new).transpose()?;
    let scratched = scratch.as_ref().map(ScratchState::path);
    let state = options.state.as_deref().or(scratched.as_deref()).context("there is no place for the state")?;
    let started = Instant::now();
    let ended = on_a_runtime(crawl(options.clone(), config, state.to_owned(), outputs))?;
    finish(options, || Ok(Some(Reader::open(state)?)), ended, started.elapsed(), look)
}

/// Runs it on the runtime's own threads: the main thread is not one of them, and would wake them for every step.
pub(super) fn on_a_runtime<T, F>(future: F) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let result = runtime.block_on(runtime.spawn(future)).context("a part of the crawl failed").flatten();
    runtime.shutdown_timeout(Duration::ZERO);
    result
}

async fn crawl(options: CrawlOptions, config: Config, state: PathBuf, outputs: Outputs) -> Result<Ended> {
    let store = Arc::new(Store::open(&state, config.store)?);
    match store.word(IDENTITY).await? {
        None => {
            store.set_word(FIELDS, &options.field.join("\n")).await?;
            store.set_word(IDENTITY, &config.identity).await?;
        }
        Some(known) if known == config.identity => {}
        Some(_) => bail!(
            "{} holds another crawl (other URLs, scope or fields); go on with its own command, or choose another --state",
            state.display()
        ),
    }
    if options.refresh && store.counts().await?.pending == 0 {
        store.again(false).await?;
    } else if options.retry_failed {
        store.again(true).await?;
    }
    let crawl = config.builder.build(Arc::clone(&store) as Arc<dyn Frontier>)?;
    let ended = drive(&options, crawl, outputs).await;
    if let Some(store) = Arc::into_inner(store) {
        store.close().await;
    }
    Ok(ended?)
}

/// Runs a crawl with all that a person sees and says meanwhile.
pub(super) async fn drive(options: &CrawlOptions, crawl: Crawl, outputs: Outputs) -> Result<Ended, CrawlError> {
    let display = Arc::new(Display::start(crawl.progress(), options.quiet));
    let shutdown = Shutdown::default();
    let signals = tokio::spawn(obey_signals(shutdown.clone(), Arc::clone(&display), options.quiet));
    let ended = crawl.run(outputs, shutdown).await;
    signals.abort();
    drop(display);
    ended
}

/// The first Ctrl-C lets what is under way finish, the second one does not.
async fn obey_signals(shutdown: Shutdown, display: Arc<Display>, quiet: bool) {
    interrupted().await;
    if !quiet {
        display.say("finishing what is under way; Ctrl-C again stops at once");
    }
    shutdown.drain.cancel();
    interrupted().await;
    shutdown.stop.cancel();
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without it there is still Ctrl-C.
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    let _ = tokio::signal::ctrl_c().await;
}

/// What is to be done when it has ended. `open` opens the state for it, if anybody is to read it.
pub(super) fn finish(
    options: &CrawlOptions,
    open: impl FnOnce() -> Result<Option<Reader>>,
    ended: Ended,
    took: Duration,
    look: impl FnOnce(&Reader, Duration) -> Result<()>,
) -> Result<Exit> {
    let Ended { why, counts } = ended;
    if !options.quiet {
        eprintln!(
            "{} pages, {} in {:.2} s{}",
            HumanCount(counts.done),
            HumanBytes(counts.bytes),
            took.as_secs_f64(),
            match why {
                Why::Finished => String::new(),
                Why::Limit => format!("; stopped at the limit, {} URLs are known and not visited", counts.pending),
                Why::Shutdown => format!("; stopped, {} URLs are left", counts.pending),
            }
        );
    }
    if why == Why::Shutdown {
        match options.is_kept() {
            true => eprintln!("the same command goes on"),
            false => eprintln!("without --state there is nothing to go on with"),
        }
        return Ok(Exit::Stopped);
    }
    let Some(reader) = open()? else { return Ok(Exit::Done) };
    for path in &options.graph {
        write_graph(&reader, path)?;
    }
    look(&reader, took)?;
    if options.fail_on.contains(&FailOn::Broken) {
        let broken = reader.broken()?;
        if !broken.is_empty() {
            eprintln!("{} broken", broken.len());
            return Ok(Exit::Found);
        }
    }
    Ok(Exit::Done)
}

fn log(format: Option<LogFormat>) {
    let Some(format) = format else { return };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only one can be set; this is the first.
    let _ = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
