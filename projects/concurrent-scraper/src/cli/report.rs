//! The commands `report` and `export`.

use super::Exit;
use super::args::{ExportArguments, Format, ReportArguments, What};
use super::outputs::{Form, Outputs, write_graph};
use super::scratch::ScratchState;
use anyhow::{Result, anyhow};
use concurrent_scraper::crawl::Consumer;
use concurrent_scraper::fields::Fields;
use concurrent_scraper::report::{BrokenLink, Collector, DuplicateContent, DuplicateTitle, Finding, Findings, groups};
use concurrent_scraper::report::{csv, json, text};
use concurrent_scraper::store::{Broken, Reader};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The word under which a state file keeps the columns that were asked for, a line each.
pub(super) const FIELDS: &str = "fields";
/// Where lines are cut for people.
const WIDTH: usize = 120;

pub(super) fn report(arguments: &ReportArguments) -> Result<Exit> {
    let (reader, _scratch) = open(&arguments.state)?;
    let (format, most) = (arguments.format, arguments.most);
    let written = match arguments.what {
        What::Summary => summary(&reader, format),
        What::Broken => write(&broken(&reader)?, format, most),
        What::Redirects => write(&collect(&reader, most)?.redirects, format, most),
        What::Slowest => write(&collect(&reader, most)?.slowest, format, most),
        What::Duplicates => {
            let contents: Vec<_> = groups(reader.by_hash()?, DuplicateContent::new).collect();
            let titles: Vec<_> = groups(reader.by_title()?, DuplicateTitle::new).collect();
            write(&contents, format, most).and_then(|()| write(&titles, format, most))
        }
    };
    match written {
        // Who reads has seen enough: `report ... | head`.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {}
        written => written?,
    }
    Ok(Exit::Done)
}

/// Opens a crawl for reading: its state file, or a copy in one where it is kept in a database.
fn open(state: &Path) -> Result<(Reader, Option<ScratchState>)> {
    #[cfg(feature = "postgres")]
    if let Some(target) = state.to_str().filter(|state| super::shared::is_frontier(state)) {
        let scratch = ScratchState::new()?;
        super::shared::copy(target, &scratch.path())?;
        return Ok((Reader::open(&scratch.path())?, Some(scratch)));
    }
    Ok((Reader::open(state)?, None))
}

pub(super) fn export(arguments: &ExportArguments) -> Result<Exit> {
    let (reader, _scratch) = open(&arguments.state)?;
    let graph = |path: &&std::path::PathBuf| Form::of(path).is_ok_and(Form::is_graph);
    let (graphs, tables): (Vec<_>, Vec<_>) = arguments.files.iter().partition(graph);
    let asked: Vec<String> = reader.word(FIELDS)?.unwrap_or_default().lines().map(str::to_owned).collect();
    let tables: Vec<_> = tables.into_iter().cloned().collect();
    let mut outputs = Outputs::new(&tables, Fields::parse(&asked)?, arguments.links)?;
    for path in &tables {
        // What was there is replaced.
        if path.exists() {
            fs::remove_file(path)?;
        }
    }
    let failed = |error| anyhow!("{error}");
    outputs.resume(None).map_err(failed)?;
    for row in reader.rows(arguments.links) {
        outputs.page(&row?.page).map_err(failed)?;
    }
    outputs.flush().map_err(failed)?;
    graphs.into_iter().try_for_each(|path| write_graph(&reader, path))?;
    Ok(Exit::Done)
}

/// What `docs` says at its end: the figures, the broken links, the slowest pages.
#[cfg(feature = "docs")]
pub(super) fn overview(reader: &Reader, took: std::time::Duration, most: usize) -> Result<()> {
    let Findings { slowest, summary, .. } = collect(reader, most)?;
    let out = &mut io::stdout().lock();
    summary.text(Some(took), WIDTH, out)?;
    writeln!(out)?;
    write(&broken(reader)?, Format::Text, most)?;
    write(&slowest, Format::Text, most)
}

fn collect(reader: &Reader, most: usize) -> Result<Findings> {
    let mut collector = Collector::new(most);
    for row in reader.rows(false) {
        collector.add(&row?.page);
    }
    Ok(collector.finish())
}

fn broken(reader: &Reader) -> Result<Vec<BrokenLink>> {
    let link = |Broken { page, linked_from }: Broken| BrokenLink::new(&page, linked_from);
    Ok(reader.broken()?.into_iter().map(link).collect())
}

fn summary(reader: &Reader, format: Format) -> Result<()> {
    let summary = collect(reader, 0)?.summary;
    let out = &mut io::stdout().lock();
    match format {
        Format::Text => summary.text(None, WIDTH, out)?,
        Format::Json | Format::Csv => writeln!(out, "{}", serde_json::to_string(&summary)?)?,
    }
    Ok(())
}

fn write<F: Finding>(findings: &[F], format: Format, most: usize) -> Result<()> {
    let out = &mut io::stdout().lock();
    match format {
        Format::Text => {
            text(&findings[..findings.len().min(most)], WIDTH, out)?;
            if findings.len() > most {
                writeln!(out, "  and {} more; --most shows more", findings.len() - most)?;
            }
        }
        Format::Json => json(findings, out)?,
        Format::Csv => csv(findings, out)?,
    }
    Ok(())
}
