//! The decision table as the root README has it, read from there: what is measured is held against those very words.

const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));

/// A model, one row of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// One after the other.
    InTurn,
    /// Many threads for what waits, as many as cores for what computes.
    Threads,
    /// A worker process for each core.
    Processes,
    /// Tasks on one thread.
    Async,
    /// rayon for everything, also for what waits.
    Rayon,
    /// Tasks for what waits, rayon for what computes.
    AsyncAndRayon,
}

impl Model {
    /// All, in the order of the results.
    pub const ALL: [Model; 6] =
        [Model::InTurn, Model::Threads, Model::Processes, Model::Async, Model::Rayon, Model::AsyncAndRayon];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Model::InTurn => "in turn",
            Model::Threads => "threads",
            Model::Processes => "processes",
            Model::Async => "async",
            Model::Rayon => "rayon",
            Model::AsyncAndRayon => "async+rayon",
        }
    }
}

/// A row of the README's table that a clock can judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Many small network requests.
    Requests,
    /// Some files.
    Files,
    /// Computing.
    Computing,
    /// Fetch, then compute.
    FetchThenCompute,
    /// Thousands of connections.
    Connections,
    /// A synchronous code base.
    Synchronous,
}

impl Row {
    /// How the results call it.
    pub fn name(self) -> &'static str {
        match self {
            Row::Requests => "requests",
            Row::Files => "files",
            Row::Computing => "compute",
            Row::FetchThenCompute => "both",
            Row::Connections => "sockets",
            Row::Synchronous => "library",
        }
    }

    /// How its row begins in the README.
    fn begins(self) -> &'static str {
        match self {
            Row::Requests => "many small network requests",
            Row::Files => "some files",
            Row::Computing => "computing",
            Row::FetchThenCompute => "fetch, then compute",
            Row::Connections => "thousands of connections",
            Row::Synchronous => "a synchronous code base",
        }
    }

    /// What stands in the README: what you have, and what to take in Rust. None if there is no such row any more.
    pub fn words(self) -> Option<(String, String)> {
        let line =
            README.lines().find(|line| line.strip_prefix("| ").is_some_and(|row| row.starts_with(self.begins())))?;
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', ""));
        Some((cells.next()?, cells.nth(1)?))
    }

    /// The models that these words mean.
    pub fn says(self) -> &'static [Model] {
        match self {
            Row::Requests | Row::Connections => &[Model::Async],
            Row::Files | Row::Synchronous => &[Model::Threads],
            Row::Computing => &[Model::Rayon, Model::Threads],
            Row::FetchThenCompute => &[Model::AsyncAndRayon],
        }
    }
}
