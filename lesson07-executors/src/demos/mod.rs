//! The demos of this lesson, each to be read and changed on its own.

use std::sync::mpsc;

use crate::pool::{Executor, JoinHandle, SubmitError};

pub mod as_completed;
pub mod cancellation;
pub mod decision_table;
pub mod idle_policy;
pub mod run_in_executor;
pub mod submit;
pub mod timeout;

/// A job that runs until it is let go: it keeps one worker busy for certain, and no clock is involved.
pub(crate) struct Busy {
    /// Its handle.
    pub(crate) handle: JoinHandle<&'static str>,
    let_go: mpsc::Sender<()>,
}

impl Busy {
    /// Keeps a worker busy, and returns when it is.
    pub(crate) fn keep(pool: &impl Executor) -> Result<Busy, SubmitError> {
        let ((begun, has_begun), (let_go, is_let_go)) = (mpsc::channel(), mpsc::channel::<()>());
        let handle = pool.submit(move || {
            let _ = begun.send(());
            let _ = is_let_go.recv(); // an error says that the sender was dropped: let go as well
            "its result"
        })?;
        let _ = has_begun.recv(); // an error says that the pool dropped the job
        Ok(Busy { handle, let_go })
    }

    /// Lets it end.
    pub(crate) fn let_go(self) -> JoinHandle<&'static str> {
        self.split().0
    }

    /// Its handle, and what lets it end when dropped.
    pub(crate) fn split(self) -> (JoinHandle<&'static str>, mpsc::Sender<()>) {
        (self.handle, self.let_go)
    }
}
