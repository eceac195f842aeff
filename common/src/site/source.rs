//! Where a site's pages come from, scripts aside.

use super::content::Representation;
use super::folder::Folder;
use super::graph::Pages;
use std::io;

pub(super) enum Source {
    Folder(Folder),
    Graph(Pages),
    Empty,
}

/// What there is at a path.
pub(super) enum Found {
    Representation(Representation),
    /// A folder whose path lacks the slash at its end.
    Folder,
    Nothing,
}

/// A path that a site serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path as it stands in a URL, percent-encoded.
    pub path: String,
    /// The length of what is served there.
    pub bytes: u64,
}

impl Source {
    /// Looks a decoded path up.
    pub(super) fn find(&self, path: &str) -> io::Result<Found> {
        match self {
            Source::Folder(folder) => folder.find(path),
            Source::Graph(pages) => Ok(pages.find(path)),
            Source::Empty => Ok(Found::Nothing),
        }
    }

    pub(super) fn entries(&self) -> Box<dyn Iterator<Item = io::Result<Entry>> + '_> {
        match self {
            Source::Folder(folder) => Box::new(folder.entries()),
            Source::Graph(pages) => Box::new(pages.entries().map(Ok)),
            Source::Empty => Box::new(std::iter::empty()),
        }
    }
}
