//! **Goal**: A guard that joins its thread when it goes out of scope, at a panic too: work that is begun is finished.
//!
//! **Minutes**: 20

use super::thread::{self, JoinHandle};

/// A thread that is waited for when the guard is dropped.
pub struct JoinOnDrop {
    handle: Option<JoinHandle<()>>,
}

impl JoinOnDrop {
    /// Starts a thread.
    pub fn spawn(work: Box<dyn FnOnce() + Send>) -> Self {
        todo!("spawn the thread and keep its handle")
    }
}

impl Drop for JoinOnDrop {
    /// Waits for the thread. If the thread panicked, the guard's owner does not: a destructor that panics while
    /// another panic unwinds ends the process.
    fn drop(&mut self) {
        todo!("take the handle out, and join it")
    }
}
