//! Serves the files of a folder.

use super::content::{Body, Representation, sha256};
use super::source::{Entry, Found};
use super::{lock, path};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

pub(super) struct Folder {
    root: PathBuf,
    /// The digests of files, as long as length and time of change stay the same.
    digests: Mutex<HashMap<PathBuf, (Stamp, [u8; 32])>>,
}

type Stamp = (u64, Option<SystemTime>);

impl Folder {
    pub(super) fn open(root: &Path) -> io::Result<Folder> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", root.display()));
        let canonical = root.canonicalize().map_err(named)?;
        fs::read_dir(&canonical).map_err(named)?;
        Ok(Folder { root: canonical, digests: Mutex::default() })
    }

    pub(super) fn find(&self, path: &str) -> io::Result<Found> {
        let Some(file) = self.resolve(path) else { return Ok(Found::Nothing) };
        let Ok(metadata) = fs::metadata(&file) else { return Ok(Found::Nothing) };
        if metadata.is_dir() {
            Ok(Found::Folder)
        } else if metadata.is_file() {
            self.represent(file, &metadata).map(Found::Representation)
        } else {
            // Opening a pipe would wait for its other end.
            Ok(Found::Nothing)
        }
    }

    /// Where the file would be that a path means; none when that is outside of the root.
    fn resolve(&self, path: &str) -> Option<PathBuf> {
        let mut path = path.strip_prefix('/')?.to_owned();
        if path.is_empty() || path.ends_with('/') {
            path.push_str("index.html");
        }
        let mut file = self.root.clone();
        let mut linked = false;
        for segment in path.split('/') {
            file.push(is_plain(segment).then_some(segment)?);
            linked |= file.is_symlink();
        }
        // Links may lead out. To resolve them takes many system calls, so it is done for links only.
        if linked { file.canonicalize().ok().filter(|file| file.starts_with(&self.root)) } else { Some(file) }
    }

    fn represent(&self, path: PathBuf, metadata: &Metadata) -> io::Result<Representation> {
        let modified = metadata.modified().ok();
        let stamp = (metadata.len(), modified);
        let content_type = content_type(&path).to_owned();
        let mut file = File::open(&path)?;
        let known = lock(&self.digests).get(&path).filter(|(of, _)| *of == stamp).map(|(_, digest)| *digest);
        let (body, sha256) = match known {
            Some(digest) => (Body::File(file, metadata.len()), digest),
            None => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)?;
                let digest = sha256(&bytes);
                lock(&self.digests).insert(path, (stamp, digest));
                (Body::from(bytes), digest)
            }
        };
        Ok(Representation { content_type, modified, body, sha256 })
    }

    /// The files, folder by folder, each in the order of its names.
    pub(super) fn entries(&self) -> Entries {
        Entries { pending: vec![(self.root.clone(), String::new())] }
    }
}

/// One step down, and nothing else: no `..`, no drive, no separator of this system, no empty name.
fn is_plain(segment: &str) -> bool {
    let mut components = Path::new(segment).components();
    matches!(components.next(), Some(Component::Normal(name)) if name == segment) && components.next().is_none()
}

/// A walk through a folder, depth first.
pub(super) struct Entries {
    /// What is still to be visited, the next one last: where it is and its path on the site.
    pending: Vec<(PathBuf, String)>,
}

impl Iterator for Entries {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<io::Result<Entry>> {
        while let Some((file, path)) = self.pending.pop() {
            match fs::symlink_metadata(&file) {
                Ok(metadata) if metadata.is_file() => {
                    return Some(Ok(Entry { path: path::encode(&path), bytes: metadata.len() }));
                }
                Ok(metadata) if metadata.is_dir() => match self.enter(&file, &path) {
                    Ok(()) => {}
                    Err(error) => return Some(Err(error)),
                },
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }
}

impl Entries {
    fn enter(&mut self, folder: &Path, path: &str) -> io::Result<()> {
        let names = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name()));
        let mut names = names.collect::<io::Result<Vec<OsString>>>()?;
        names.sort_unstable_by(|a, b| b.cmp(a));
        // A name that is not Unicode has no path on the site.
        let named = names.iter().filter_map(|name| name.to_str());
        self.pending.extend(named.map(|name| (folder.join(name), format!("{path}/{name}"))));
        Ok(())
    }
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "wasm" => "application/wasm",
        "gz" => "application/gzip",
        "zip" => "application/zip",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
