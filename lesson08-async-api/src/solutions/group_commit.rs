//! The writer's loop: many inserts, one commit, and nobody told too early.

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
pub async fn write_batches<T>(
    mut inserts: mpsc::Receiver<Insert<T>>,
    most: usize,
    mut commit: impl AsyncFnMut(&[T]) -> Result<(), Failed>,
) {
    let mut batch = Vec::with_capacity(most);
    // 0 only when the senders are gone and the channel is empty.
    while inserts.recv_many(&mut batch, most).await > 0 {
        let wanted = batch.drain(..).filter(|insert| !insert.answer.is_closed());
        let (rows, answers): (Vec<T>, Vec<_>) = wanted.map(|insert| (insert.row, insert.answer)).unzip();
        if rows.is_empty() {
            continue;
        }
        let result = commit(&rows).await;
        for answer in answers {
            let _ = answer.send(result); // who has left meanwhile need not be told
        }
    }
}
