//! Cleaning up after a cancellation: a destructor cannot await, so something else has to.

use tokio::sync::mpsc::UnboundedSender;

use crate::polling::Turn;

/// What the server hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// A session began.
    Hello,
    /// It ended, and the server may forget it.
    Goodbye,
}

/// A connection that owes the server a goodbye, which takes an `await` to say.
#[derive(Debug)]
pub struct Session {
    server: UnboundedSender<Heard>,
    closed: bool,
}

async fn send(server: UnboundedSender<Heard>, message: Heard) {
    Turn::default().await; // the network
    let _ = server.send(message); // nobody listens: nobody needs it
}

impl Session {
    /// Says hello.
    pub async fn open(server: UnboundedSender<Heard>) -> Session {
        // The guard is there before the first `await`: a hello that is cancelled may have reached the server.
        let session = Session { server, closed: false };
        send(session.server.clone(), Heard::Hello).await;
        session
    }

    /// Does something for a while.
    pub async fn work(&self) {
        Turn::default().await;
        Turn::default().await;
    }

    /// The right way to end: waits until the server knows. Cancelled half-way, it is as if nobody had called it.
    pub async fn close(mut self) {
        send(self.server.clone(), Heard::Goodbye).await;
        self.closed = true;
    }
}

impl Drop for Session {
    /// The other way: hands the goodbye to a task. Nobody hears whether it was said; and where no runtime is left, it
    /// is not.
    fn drop(&mut self) {
        if !self.closed
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(send(self.server.clone(), Heard::Goodbye));
        }
    }
}
