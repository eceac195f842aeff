//! The lessons of this workspace, and cargo to run them with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// The folder that the lessons are in.
pub(crate) fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The lessons' folders, in order; a folder is named as its package is.
pub(crate) fn all() -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(workspace()).context("cannot look for the lessons")?;
    let mut folders: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    folders.retain(|folder| package(folder).starts_with("lesson") && folder.join("Cargo.toml").is_file());
    folders.sort();
    Ok(folders)
}

/// The package in a lesson's folder.
pub(crate) fn package(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Cargo, the one that runs this program, to be run in the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    cargo.args(arguments).current_dir(workspace());
    cargo
}
