//! `join` takes the handle by value and `drop` has only a reference: an `Option` lets it be taken out.

use super::thread::{self, JoinHandle};

/// A thread that is waited for when the guard is dropped.
pub struct JoinOnDrop {
    handle: Option<JoinHandle<()>>,
}

impl JoinOnDrop {
    /// Starts a thread.
    pub fn spawn(work: Box<dyn FnOnce() + Send>) -> Self {
        JoinOnDrop { handle: Some(thread::spawn(work)) }
    }
}

impl Drop for JoinOnDrop {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            // The thread's panic was reported where it happened. Passing it on from here could end the process.
            let _ = handle.join();
        }
    }
}
