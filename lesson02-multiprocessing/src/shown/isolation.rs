//! How something ended, in a word.

use std::process::ExitStatus;

use crate::pool::JobError;

/// A status in a word: `SIGKILL` for `signal: 9 (SIGKILL)`.
pub fn word(status: &ExitStatus) -> String {
    let text = status.to_string();
    text.split_once('(').map_or(text.clone(), |(_, name)| name.replace(')', ""))
}

/// What the caller is told.
pub fn told(error: &JobError) -> String {
    match error {
        JobError::WorkerDied { status, .. } => word(status),
        JobError::Failed { .. } => "the message".to_owned(),
        error => error.to_string(),
    }
}
