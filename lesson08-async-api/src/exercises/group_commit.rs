//! **Goal**: The writer's loop: many inserts, one commit, and nobody told too early.
//!
//! **Minutes**: 20

use tokio::sync::{mpsc, oneshot};

/// The disk said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

/// A row, and whom to tell. If the receiver is gone, so is the client.
#[derive(Debug)]
pub struct Insert<T> {
    /// What is to be kept.
    pub row: T,
    /// `Ok` when it would survive a power cut.
    pub answer: oneshot::Sender<Result<(), Failed>>,
}

/// Writes until all senders are gone and nothing waits any more.
///
/// It waits for an insert, takes what else has come already, `most` in all, and commits these together, in the order in
/// which they came. It never waits for more to come. Each is answered after its commit, with the commit's result; a
/// commit that fails is no reason to stop. A row whose client is gone by then is not written, and nothing is no commit.
pub async fn write_batches<T>(
    mut inserts: mpsc::Receiver<Insert<T>>,
    most: usize,
    mut commit: impl AsyncFnMut(&[T]) -> Result<(), Failed>,
) {
    todo!("take, commit, answer, again")
}
