//! The files of crawls under way.

use super::crawl::state_options;
use crate::model::AuditId;
use concurrent_scraper::frontier::FrontierError;
use concurrent_scraper::store::Store as State;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{fs, io};
use tokio::time::{Instant, sleep};

/// What SQLite puts beside a file.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];
/// How often to try a file again that is in use, or to look whether nobody uses it any more.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How long to try. Who had it lost its lease and is about to notice.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder for crawls, inside the one for data.
pub fn folder(data: &Path) -> PathBuf {
    data.join("crawls")
}

/// The state file of an audit.
pub fn path(data: &Path, audit: AuditId) -> PathBuf {
    folder(data).join(format!("{audit}.state"))
}

/// Deletes a state file and what belongs to it. One that is not there is no error.
pub fn remove(path: &Path) -> io::Result<()> {
    BESIDE.iter().try_for_each(|suffix| match fs::remove_file(beside(path, suffix)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
}

/// Deletes the state files that nobody has written for this long: of audits that were deleted, or that another machine
/// has finished. Returns how many.
///
/// # Errors
/// If the folder cannot be read.
pub fn sweep(folder: &Path, older: Duration) -> io::Result<usize> {
    let now = SystemTime::now();
    let mut swept = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let written =
            BESIDE.iter().filter_map(|suffix| fs::metadata(beside(&path, suffix)).ok()?.modified().ok()).max();
        let old = written.is_some_and(|written| now.duration_since(written).is_ok_and(|age| age > older));
        if old && path.extension().is_some_and(|extension| extension == "state") {
            match remove(&path) {
                Ok(()) => swept += 1,
                Err(error) => tracing::warn!(path = %path.display(), %error, "an old crawl cannot be deleted"),
            }
        }
    }
    Ok(swept)
}

/// Opens a state file, or makes it.
pub(super) async fn open(path: &Path) -> Result<Arc<State>, FrontierError> {
    let until = Instant::now() + PATIENCE;
    loop {
        let file = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || State::open(&file, state_options())).await;
        match opened.map_err(|error| FrontierError::Failed(error.to_string()))? {
            Err(FrontierError::InUse(_)) if Instant::now() < until => sleep(LOOK_AGAIN).await,
            opened => return opened.map(Arc::new),
        }
    }
}

/// Closes a state file as soon as nobody uses it: parts of a crawl that has ended may be about to go.
pub(super) async fn close(mut state: Arc<State>) {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        match Arc::try_unwrap(state) {
            Ok(state) => return state.close().await,
            Err(shared) => state = shared,
        }
        sleep(LOOK_AGAIN / 20).await;
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
