//! A directory, as far as these programs can tell: names, and each question or change one step. That a real file system
//! does `create_new` in one step is its promise (`O_EXCL`), and not proved here.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::note;

thread_local! {
    static NAMES: RefCell<BTreeSet<PathBuf>> = const { RefCell::new(BTreeSet::new()) };
}

/// Each schedule begins with an empty directory.
pub(super) fn reset() {
    NAMES.take();
}

/// One step: others may run before it, nobody during it.
fn step(what: &str, act: impl FnOnce(&mut BTreeSet<PathBuf>) -> bool) -> bool {
    shuttle::thread::sleep(Duration::ZERO);
    let answer = NAMES.with_borrow_mut(act);
    note(format!("{what}: {}", if answer { "yes" } else { "no" }));
    answer
}

pub fn exists(path: &Path) -> Result<bool> {
    Ok(step("EXISTS?", |names| names.contains(path)))
}

pub struct File;

impl File {
    pub fn create(path: &Path) -> Result<Self> {
        step("CREATE", |names| (names.insert(path.to_owned()), true).1);
        Ok(File)
    }

    pub fn create_new(path: &Path) -> Result<Self> {
        let new = step("CREATE_NEW", |names| names.insert(path.to_owned()));
        if new { Ok(File) } else { Err(ErrorKind::AlreadyExists.into()) }
    }
}
