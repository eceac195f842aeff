//! Handles in the order in which their jobs end.

use std::sync::mpsc::{self, Receiver};

use super::Handle;

/// The handles in the order in which their jobs end: `concurrent.futures.as_completed`.
pub fn as_completed<T>(handles: impl IntoIterator<Item = Handle<T>>) -> AsCompleted<T> {
    let (done, completed) = mpsc::channel();
    let handles: Vec<_> = handles.into_iter().map(Some).collect();
    for (number, handle) in handles.iter().flatten().enumerate() {
        handle.tell(number, done.clone());
    }
    AsCompleted { handles, completed }
}

/// What [`as_completed`] returns.
#[derive(Debug)]
pub struct AsCompleted<T> {
    handles: Vec<Option<Handle<T>>>,
    completed: Receiver<usize>,
}

impl<T> Iterator for AsCompleted<T> {
    type Item = Handle<T>;

    /// Waits for the next job to end.
    fn next(&mut self) -> Option<Self::Item> {
        // Each handle sends once; when all have, their senders are gone and this is an error: the end.
        self.handles[self.completed.recv().ok()?].take()
    }
}
