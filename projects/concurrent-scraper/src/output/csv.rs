//! CSV (RFC 4180), for spreadsheets: numbers bare, texts quoted where they must be.

use std::io;
use std::path::Path;

use super::Sink;
use super::columns::{COLUMNS, Cell, cells};
use super::file::Appended;
use crate::fields::Fields;
use crate::page::Page;
use crate::report::harmless;

/// What becomes of texts that a spreadsheet would run: a page's title may be `=HYPERLINK(...)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Formulas {
    /// An apostrophe is put in front of a text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return.
    #[default]
    Escape,
    /// Left as they are, for programs that read the file.
    Keep,
}

/// Writes pages as CSV, under a line of names.
#[derive(Debug)]
pub struct Csv {
    file: Appended,
    row: Vec<u8>,
    fields: Vec<String>,
    formulas: Formulas,
}

impl Csv {
    /// Goes on in `path` behind the first `position` bytes; 0 begins anew, with the names of the columns, last those
    /// of the user's own `fields`.
    ///
    /// # Errors
    /// The file cannot be opened, or has fewer bytes than that.
    pub fn resume(path: &Path, position: u64, fields: &Fields, formulas: Formulas) -> io::Result<Csv> {
        let fields = fields.iter().map(|field| field.name().to_owned()).collect();
        let mut csv = Csv { file: Appended::resume(path, position)?, row: Vec::new(), fields, formulas };
        if position == 0 {
            let names = COLUMNS.into_iter().map(str::to_owned).chain(csv.fields.clone()).collect::<Vec<_>>();
            csv.append(&names)?;
        }
        Ok(csv)
    }

    fn append(&mut self, record: &[String]) -> io::Result<()> {
        self.row.clear();
        let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(&mut self.row);
        writer.write_record(record)?;
        writer.flush()?;
        drop(writer);
        self.file.append(&self.row)
    }

    fn text(&self, cell: Cell<'_>) -> String {
        match cell {
            Cell::Null => String::new(),
            Cell::Integer(number) => number.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Text(text) if self.formulas == Formulas::Escape => harmless(&text).into_owned(),
            Cell::Text(text) => text.into_owned(),
        }
    }
}

impl Sink for Csv {
    fn write(&mut self, page: &Page) -> io::Result<()> {
        let record: Vec<String> = cells(page, &self.fields).into_iter().map(|cell| self.text(cell)).collect();
        self.append(&record)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn position(&self) -> u64 {
        self.file.position()
    }
}
