//! A file that two threads want to be the one to make.

use std::io::{ErrorKind, Result};
use std::path::Path;

use super::{fs, thread};

/// Time of check, and then time of use. Returns whether this thread made the file, or so it believes.
///
/// # Errors
/// If the file can be neither looked for nor made.
pub fn exists_then_create(path: &Path, between: impl FnOnce()) -> Result<bool> {
    if fs::exists(path)? {
        return Ok(false);
    }
    between();
    fs::File::create(path).map(|_| true)
}

/// The repair: the file system answers and acts in one step.
///
/// # Errors
/// If the file cannot be made, for another reason than that it is there.
pub fn create_new(path: &Path) -> Result<bool> {
    match fs::File::create_new(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Two threads that want the same file at once. Returns how many believe that they made it.
pub fn two_threads(make: impl Fn(&Path) -> Result<bool> + Copy + Send + 'static) -> usize {
    let workers = [0, 1].map(|_| thread::spawn(move || make(Path::new("wanted"))));
    let made = workers.map(|worker| worker.join().expect("nobody panics"));
    made.into_iter().filter(|made| matches!(made, Ok(true))).count()
}
