//! The folder of pages that every student of Rust has.

use std::path::PathBuf;

use crate::compiler;

/// The documentation that rustup installs: tens of thousands of pages, there without a network. None
/// where it is not installed, or where there is no `rustc`.
pub fn rust_docs() -> Option<PathBuf> {
    let output = compiler::rustc().args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    let folder: PathBuf = [sysroot.trim(), "share", "doc", "rust", "html"].iter().collect();
    folder.join("index.html").is_file().then_some(folder)
}
