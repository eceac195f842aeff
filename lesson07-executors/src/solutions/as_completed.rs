//! A channel ends when its last sender is gone: the one that was cloned from must go as well.

use super::sync::mpsc;
use super::thread;

/// A job and what it returns.
pub type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Starts a thread for each job. The iterator gives each result, with the job's number, as soon as it is there, and ends
/// when all have come.
pub fn as_completed<T: Send + 'static>(jobs: Vec<Job<T>>) -> Box<dyn Iterator<Item = (usize, T)>> {
    let (sender, results) = mpsc::channel();
    for (number, job) in jobs.into_iter().enumerate() {
        let sender = sender.clone();
        // An error says that the iterator was dropped: nobody wants the result.
        thread::spawn(move || _ = sender.send((number, job())));
    }
    // The first sender is dropped at the end of this function; if the closure kept it, the iterator would never end.
    Box::new(std::iter::from_fn(move || results.recv().ok()))
}
