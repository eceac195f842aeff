//! **Goal**: `as_completed` from a channel: results as they come, each with the number of its job.
//!
//! **Minutes**: 10

use super::sync::mpsc;
use super::thread;

/// A job and what it returns.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Starts a thread for each job. The iterator gives each result, with the job's number, as soon as it is there, and ends
/// when all have come.
pub fn as_completed<T: Send + 'static>(jobs: Vec<Job<T>>) -> Box<dyn Iterator<Item = (usize, T)>> {
    todo!("each thread sends its number and its result; the iterator receives")
}
