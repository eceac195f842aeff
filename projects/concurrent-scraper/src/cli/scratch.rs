//! Where a crawl is kept that nobody asked to keep.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// A state file in a folder of its own, gone when the process ends in an orderly way.
pub(super) struct ScratchState(PathBuf);

impl ScratchState {
    pub(super) fn new() -> Result<ScratchState> {
        let folder = env::temp_dir().join(format!("scraper-{}-{:08x}", process::id(), fastrand::u32(..)));
        fs::create_dir(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(ScratchState(folder))
    }

    pub(super) fn path(&self) -> PathBuf {
        Path::new(&self.0).join("state")
    }
}

impl Drop for ScratchState {
    fn drop(&mut self) {
        // The system clears its temporary files in time.
        let _ = fs::remove_dir_all(&self.0);
    }
}
