//! A site on this machine to practise on.

use std::time::Duration;

use anyhow::{Context, ensure};
use common::site::{Content, Graph, Reply, RunningSite, Site, rust_docs};

/// The largest page that is taken, in bytes: the experiment is about waiting, not about copying.
const LARGEST: u64 = 128 * 1024;

/// The documentation on this machine, or a generated site where there is none, with two pages that are hard to get; the
/// addresses of so many files, and what the site is called.
///
/// # Errors
/// If the site does not start, or is empty.
pub fn site(files: usize, latency: Duration) -> anyhow::Result<(RunningSite, Vec<String>, &'static str)> {
    let (site, name) = match rust_docs() {
        Some(folder) => (Site::folder(folder.join("std"))?, "the documentation of std on this machine"),
        None => (Site::graph(Graph { pages: files, ..Graph::default() }), "a generated site"),
    };
    let site = site
        .latency(latency)
        .on("/overloaded", Reply::status(503).times(2).then(Content::text("here at last")))
        .on("/torn", Reply::content(Content::text("in two")).cut_off(3).times(1).then(Content::text("in one")))
        .start()
        .context("the local site does not start")?;
    let mut addresses = Vec::new();
    for entry in site.entries() {
        let entry = entry.context("cannot list the site's files")?;
        if entry.bytes <= LARGEST {
            addresses.push(site.url(&entry.path));
        }
        if addresses.len() == files {
            break;
        }
    }
    ensure!(!addresses.is_empty(), "the site is empty");
    Ok((site, addresses, name))
}
