//! Writers of rows: what a crawl leaves behind, in the formats that other tools read.
//!
//! Every writer can be cut back to a position it has reported and go on from there. So an output is a projection of
//! the rows that the store has committed: after a crash what the store does not know of is cut off and written again,
//! and each page is there once.

mod columns;
mod csv;
mod file;
mod graph;
mod jsonl;
mod sqlite;

use std::io;

pub use self::csv::{Csv, Formulas};
pub use columns::COLUMNS;
pub use graph::{Dot, Graph, GraphMl};
pub use jsonl::Jsonl;
pub use sqlite::Sqlite;

use crate::page::Page;

/// Takes the pages of a crawl, one after the other.
pub trait Sink: Send {
    /// Appends a page. It may stay in a buffer until [`flush`](Sink::flush).
    ///
    /// # Errors
    /// The output cannot be written; how much of the page arrived is then unknown, and a resume cuts it off.
    fn write(&mut self, page: &Page) -> io::Result<()>;

    /// Hands everything written to the operating system: from here on it survives the end of this process.
    ///
    /// # Errors
    /// The output cannot be written.
    fn flush(&mut self) -> io::Result<()>;

    /// Where a resume has to go on to keep what was written so far, and to cut off what comes later: bytes of a file,
    /// rows of a database. True of the output itself once it has been flushed.
    fn position(&self) -> u64;
}
