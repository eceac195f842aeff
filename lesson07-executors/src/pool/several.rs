//! Waiting for several jobs. (`as_completed` and `wait` in CPython's `concurrent/futures/_base.py`)

use std::sync::Arc;

use super::handle::JoinHandle;
use super::here::{self, Waker};
use super::steps::arrivals::Arrivals;

/// Waits for the next arrival.
fn next_of(arrivals: &Arrivals<Waker>) -> usize {
    let mut next = None;
    let ready = || {
        next = next.or_else(|| arrivals.take());
        next.is_some()
    };
    here::wait_until(ready, |waker| arrivals.watch(waker));
    next.expect("it was waited for")
}

/// The handles, each as soon as its job has finished: [`as_completed`].
#[derive(Debug)]
pub struct AsCompleted<T> {
    handles: Vec<Option<JoinHandle<T>>>,
    left: usize,
    arrivals: Arc<Arrivals<Waker>>,
}

impl<T> AsCompleted<T> {
    fn of(handles: impl IntoIterator<Item = JoinHandle<T>>) -> Self {
        let handles: Vec<_> = handles.into_iter().map(Some).collect();
        let arrivals = Arc::new(Arrivals::new());
        for (index, handle) in handles.iter().flatten().enumerate() {
            let arrivals = Arc::clone(&arrivals);
            handle.add_done_callback(move || arrivals.arrive(index));
        }
        AsCompleted { left: handles.len(), handles, arrivals }
    }
}

/// The handles in the order in which their jobs finish. None of them makes the caller wait again.
pub fn as_completed<T>(handles: impl IntoIterator<Item = JoinHandle<T>>) -> AsCompleted<T> {
    AsCompleted::of(handles)
}

impl<T> Iterator for AsCompleted<T> {
    type Item = JoinHandle<T>;

    fn next(&mut self) -> Option<JoinHandle<T>> {
        self.left = self.left.checked_sub(1)?;
        let index = next_of(&self.arrivals);
        self.handles[index].take()
    }
}

/// What [`wait`] waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// One job has finished. (`FIRST_COMPLETED`)
    FirstCompleted,
    /// One has panicked or was cancelled, or all have finished. (`FIRST_EXCEPTION`)
    FirstFailed,
    /// All have finished. (`ALL_COMPLETED`)
    AllCompleted,
}

/// Waits, and returns the handles of the jobs that have finished, and the others, each in the order given.
pub fn wait<T>(
    handles: impl IntoIterator<Item = JoinHandle<T>>,
    until: Until,
) -> (Vec<JoinHandle<T>>, Vec<JoinHandle<T>>) {
    let waiting = AsCompleted::of(handles);
    for _ in 0..waiting.left {
        let index = next_of(&waiting.arrivals);
        let failed = waiting.handles[index].as_ref().is_some_and(JoinHandle::failed);
        if until == Until::FirstCompleted || (until == Until::FirstFailed && failed) {
            break;
        }
    }
    waiting.handles.into_iter().flatten().partition(JoinHandle::done)
}
