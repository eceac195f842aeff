//! Version 3: version 1 in a task of its own, which nobody drops half-way, and a channel, whose `recv` is cancel safe.
//! For code that cannot be changed. It reads ahead by as much as the channel holds.

use std::io;

use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::read_frame;

/// The other end of a reader that is a task. Dropped, it ends the task: a detached one would wait for bytes as long as
/// the connection lives.
#[derive(Debug)]
pub struct Frames {
    frames: mpsc::Receiver<io::Result<Vec<u8>>>,
    task: AbortHandle,
}

/// Reads frames from `source` in a task, until the first error: the end of the source is one, as in version 1.
///
/// # Panics
/// Outside a tokio runtime.
pub fn spawn_reader<R: AsyncRead + Unpin + Send + 'static>(mut source: R) -> Frames {
    let (sender, frames) = mpsc::channel(1);
    let task = tokio::spawn(async move {
        loop {
            let frame = read_frame(&mut source).await;
            let over = frame.is_err();
            if sender.send(frame).await.is_err() || over {
                return; // nobody reads any more, or there is nothing to read
            }
        }
    });
    Frames { frames, task: task.abort_handle() }
}

impl Frames {
    /// The body of the next frame, or the error that ended the reading; after that `None`. Cancel safe, as the
    /// channel's `recv` is.
    pub async fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        self.frames.recv().await
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.task.abort();
    }
}
