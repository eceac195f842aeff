//! The documentation that rustup installs, as pages to test with.

use std::path::PathBuf;

/// Where the pages of the tests are said to come from.
pub const SITE: &str = "http://docs/";

/// The documentation's folder. Where it is missing the test has nothing to say, and says so.
pub fn folder() -> Option<PathBuf> {
    let folder = common::site::rust_docs();
    if folder.is_none() {
        eprintln!("SKIPPED: the documentation is not installed (rustup component add rust-docs)");
    }
    folder
}
