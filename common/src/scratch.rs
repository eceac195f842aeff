use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// An empty folder of this process's own, removed with all that is in it when dropped.
///
/// The usual crate for this would double the build time of a lesson that needs nothing else.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder, inside the system's folder for temporary files.
    ///
    /// # Errors
    /// If no folder can be made there.
    pub fn new() -> io::Result<Self> {
        loop {
            let name = format!("concurrency-{}-{:08x}", std::process::id(), fastrand::u32(..));
            let path = env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Scratch(path)),
                // `create_dir` both asks and makes, in one step: a name that is taken is never shared.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A destructor has nobody to report to, and the system clears its temporary files in time.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leaves_nothing_behind() {
        let scratch = Scratch::new().unwrap();
        fs::write(scratch.path().join("file"), "text").unwrap();
        let path = scratch.path().to_owned();
        drop(scratch);
        assert!(!path.exists());
    }
}
