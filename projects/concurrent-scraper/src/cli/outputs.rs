//! The files that a crawl writes.

use anyhow::{Context, Result, bail};
use concurrent_scraper::crawl::{BoxError, Consumer};
use concurrent_scraper::fields::Fields;
use concurrent_scraper::frontier::{Emitted, FrontierError};
use concurrent_scraper::output::{Csv, Dot, Formulas, Graph, GraphMl, Jsonl, Sink, Sqlite};
use concurrent_scraper::page::Page;
use concurrent_scraper::store::Reader;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf, absolute};

/// What an output's name says about its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Jsonl,
    Csv,
    Sqlite,
    Dot,
    GraphMl,
}

impl Form {
    pub(super) fn of(path: &Path) -> Result<Form> {
        Ok(match path.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl" | "ndjson") => Form::Jsonl,
            Some("csv") => Form::Csv,
            Some("sqlite" | "db") => Form::Sqlite,
            Some("dot" | "gv") => Form::Dot,
            Some("graphml") => Form::GraphMl,
            _ => bail!("{} should end in .jsonl, .csv, .sqlite, .dot or .graphml", path.display()),
        })
    }

    pub(super) fn is_graph(self) -> bool {
        matches!(self, Form::Dot | Form::GraphMl)
    }
}

/// The files that grow while the crawl runs, each a projection of the committed rows.
pub(super) struct Outputs {
    files: Vec<(PathBuf, Form)>,
    fields: Fields,
    links: bool,
    sinks: Vec<Box<dyn Sink>>,
}

impl Outputs {
    pub(super) fn new(paths: &[PathBuf], fields: Fields, links: bool) -> Result<Outputs> {
        let form = |path: &PathBuf| match Form::of(path)? {
            form if form.is_graph() => bail!("{} is a graph: use --graph", path.display()),
            form => Ok((path.clone(), form)),
        };
        Ok(Outputs { files: paths.iter().map(form).collect::<Result<_>>()?, fields, links, sinks: Vec::new() })
    }

    fn open(&self, path: &Path, form: Form, position: u64) -> io::Result<Box<dyn Sink>> {
        Ok(match form {
            Form::Csv => Box::new(Csv::resume(path, position, &self.fields, Formulas::default())?),
            Form::Sqlite => Box::new(Sqlite::resume(path, position, &self.fields)?),
            _ => Box::new(Jsonl::resume(path, position)?),
        })
    }
}

impl Consumer for Outputs {
    fn resume(&mut self, emitted: Option<&Emitted>) -> Result<i64, BoxError> {
        // An output that is new, or gone, is written from the first row on, and with it all of them.
        let position = |path: &Path| {
            let (_, position) = emitted?.lengths.iter().find(|(known, _)| *known == name(path))?;
            path.exists().then_some(*position)
        };
        let positions: Option<Vec<u64>> = self.files.iter().map(|(path, _)| position(path)).collect();
        for (index, (path, form)) in self.files.iter().enumerate() {
            let position = positions.as_ref().map_or(0, |positions| positions[index]);
            let sink = self.open(path, *form, position);
            self.sinks.push(sink.map_err(|error| format!("cannot write {}: {error}", path.display()))?);
        }
        Ok(emitted.filter(|_| positions.is_some()).map_or(0, |emitted| emitted.seq))
    }

    fn page(&mut self, page: &Page) -> Result<(), BoxError> {
        for (sink, (path, _)) in self.sinks.iter_mut().zip(&self.files) {
            sink.write(page).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<Vec<(String, u64)>, BoxError> {
        let mut lengths = Vec::with_capacity(self.sinks.len());
        for (sink, (path, _)) in self.sinks.iter_mut().zip(&self.files) {
            sink.flush().map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            lengths.push((name(path), sink.position()));
        }
        Ok(lengths)
    }

    fn wants_links(&self) -> bool {
        self.links
    }
}

/// Whatever the folder it is named from.
fn name(path: &Path) -> String {
    absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// Writes the link graph of a crawl.
pub(super) fn write_graph(reader: &Reader, path: &Path) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let file = BufWriter::new(File::create(path).with_context(cannot)?);
    match Form::of(path)? {
        Form::Dot => draw(reader, Dot::new(file).with_context(cannot)?),
        Form::GraphMl => draw(reader, GraphMl::new(file).with_context(cannot)?),
        _ => bail!("{} should end in .dot or .graphml", path.display()),
    }
    .with_context(cannot)
}

fn draw(reader: &Reader, mut graph: impl Graph) -> Result<()> {
    #[derive(Debug, thiserror::Error)]
    enum Error {
        #[error(transparent)]
        Read(#[from] FrontierError),
        #[error(transparent)]
        Write(#[from] io::Error),
    }
    reader.nodes::<Error>(|id, url, status| Ok(graph.node(id, url, status)?))?;
    reader.edges::<Error>(|from, to, kind| Ok(graph.edge(from, to, kind)?))?;
    Ok(graph.finish()?)
}
