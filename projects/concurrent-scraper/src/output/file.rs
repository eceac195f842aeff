//! A file that is appended to, and knows how long it is.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

#[derive(Debug)]
pub(super) struct Appended {
    file: BufWriter<File>,
    position: u64,
}

impl Appended {
    /// Opens or creates the file and cuts it back to `position` bytes.
    ///
    /// # Errors
    /// It cannot be opened, or is shorter: then rows that were there are gone, and going on would hide that.
    pub fn resume(path: &Path, position: u64) -> io::Result<Appended> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let length = file.metadata()?.len();
        if length < position {
            let what = format!("{} has {length} bytes, {position} were written: it was changed", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        file.set_len(position)?;
        file.seek(SeekFrom::Start(position))?;
        Ok(Appended { file: BufWriter::with_capacity(64 << 10, file), position })
    }

    pub fn append(&mut self, row: &[u8]) -> io::Result<()> {
        self.file.write_all(row)?;
        self.position += row.len() as u64;
        Ok(())
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    pub fn position(&self) -> u64 {
        self.position
    }
}
