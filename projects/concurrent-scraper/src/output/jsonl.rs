//! JSON Lines: one page a line, everything that is known of it.

use std::io;
use std::path::Path;

use super::Sink;
use super::file::Appended;
use crate::page::Page;

/// Writes pages as JSON Lines.
#[derive(Debug)]
pub struct Jsonl {
    file: Appended,
    row: Vec<u8>,
}

impl Jsonl {
    /// Goes on in `path` behind the first `position` bytes; 0 begins anew.
    ///
    /// # Errors
    /// The file cannot be opened, or has fewer bytes than that.
    pub fn resume(path: &Path, position: u64) -> io::Result<Jsonl> {
        Ok(Jsonl { file: Appended::resume(path, position)?, row: Vec::new() })
    }
}

impl Sink for Jsonl {
    fn write(&mut self, page: &Page) -> io::Result<()> {
        self.row.clear();
        serde_json::to_writer(&mut self.row, page)?;
        self.row.push(b'\n');
        self.file.append(&self.row)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn position(&self) -> u64 {
        self.file.position()
    }
}
