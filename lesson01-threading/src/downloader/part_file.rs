use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that appears under its name when it is whole, and never before.
///
/// It is written under a temporary name beside its place, on the same file system, and renamed in one step. A crash, a
/// full disk or a dropped `PartFile` leaves the old file as it was, or none.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    part: PathBuf,
    target: PathBuf,
    kept: bool,
}

impl PartFile {
    /// Begins a file that is to stand at `target`. Folders on the way are made.
    ///
    /// # Errors
    /// If the folder cannot be made or written to.
    pub fn create(target: &Path) -> io::Result<Self> {
        let folder = target.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        loop {
            let part = folder.join(format!(".{:016x}.part", fastrand::u64(..)));
            // `create_new` fails where the name is taken: two downloads never write into one file.
            match File::create_new(&part) {
                Ok(file) => return Ok(PartFile { file, part, target: target.to_owned(), kept: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Moves the file to its place.
    ///
    /// # Errors
    /// If it cannot be renamed, because a folder has that name, say.
    pub fn keep(mut self) -> io::Result<()> {
        self.file.flush()?;
        fs::rename(&self.part, &self.target)?;
        self.kept = true;
        Ok(())
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.kept {
            // A destructor has nobody to report to. A part that stays behind has a name that says what it is.
            let _ = fs::remove_file(&self.part);
        }
    }
}
