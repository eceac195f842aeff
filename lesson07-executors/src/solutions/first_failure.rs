//! The channel keeps the order in time, the number the order of the jobs. After the first failure the loop goes on: it
//! ends when the last thread has.

use super::sync::{Arc, Condvar, Mutex, mpsc};
use super::thread;

/// Tells jobs that they are no longer wanted.
#[derive(Clone)]
pub struct Token(Arc<(Mutex<bool>, Condvar)>);

impl Token {
    /// Still wanted.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Token {
        Token(Arc::new((Mutex::new(false), Condvar::new())))
    }

    /// No longer wanted.
    pub fn cancel(&self) {
        *self.0.0.lock().expect("nobody panics under this lock") = true;
        self.0.1.notify_all();
    }

    /// Whether it is no longer wanted.
    pub fn is_cancelled(&self) -> bool {
        *self.0.0.lock().expect("nobody panics under this lock")
    }

    /// Sleeps until it is no longer wanted.
    pub fn cancelled(&self) {
        let mut cancelled = self.0.0.lock().expect("nobody panics under this lock");
        while !*cancelled {
            cancelled = self.0.1.wait(cancelled).expect("nobody panics under this lock");
        }
    }
}

/// A job that looks at its token, and returns or fails.
pub type Job<T> = Box<dyn FnOnce(&Token) -> Result<T, String> + Send>;

/// Runs each job on a thread of its own. If all succeed: their results, in the order of the jobs. Otherwise the failure
/// that came first, after the others were told to stop and have ended.
pub fn all_or_first_failure<T: Send + 'static>(jobs: Vec<Job<T>>) -> Result<Vec<T>, String> {
    let (token, (sender, ended)) = (Token::new(), mpsc::channel());
    let start = |(number, job): (usize, Job<T>)| {
        let (token, sender) = (token.clone(), sender.clone());
        thread::spawn(move || {
            let result = job(&token);
            let failed = result.is_err();
            let _ = sender.send((number, result)); // the receiver stays until all have ended
            if failed {
                token.cancel(); // after the send: who stops because of it must not overtake it in the channel
            }
        })
    };
    let threads: Vec<_> = jobs.into_iter().enumerate().map(start).collect();
    drop(sender);
    let (mut results, mut failure) = (Vec::new(), None);
    while let Ok((number, result)) = ended.recv() {
        match result {
            Ok(value) => results.push((number, value)),
            Err(error) => _ = failure.get_or_insert(error),
        }
    }
    for thread in threads {
        thread.join().expect("a job panicked");
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    results.sort_by_key(|(number, _)| *number);
    Ok(results.into_iter().map(|(_, value)| value).collect())
}
