//! Channels that write down what goes through them.

pub use shuttle::sync::mpsc::{RecvError, RecvTimeoutError, SendError, SyncSender, TryRecvError, TrySendError};
use std::iter;
use std::time::Duration;

use super::note;

/// A sender that says when it sends.
#[derive(Debug)]
pub struct Sender<T>(shuttle::sync::mpsc::Sender<T>);

/// A receiver that says when it waits, and what comes of it.
#[derive(Debug)]
pub struct Receiver<T>(shuttle::sync::mpsc::Receiver<T>);

/// As the standard library's.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = shuttle::sync::mpsc::channel();
    (Sender(sender), Receiver(receiver))
}

/// As the standard library's.
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (sender, receiver) = shuttle::sync::mpsc::sync_channel(bound);
    (sender, Receiver(receiver))
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(self.0.clone())
    }
}

impl<T> Sender<T> {
    /// As the standard library's.
    ///
    /// # Errors
    /// If the receiver is gone.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        let sent = self.0.send(value);
        note(if sent.is_ok() { "SEND" } else { "SEND: no receiver" });
        sent
    }
}

impl<T> Receiver<T> {
    /// As the standard library's.
    ///
    /// # Errors
    /// If all senders are gone, and all messages taken.
    pub fn recv(&self) -> Result<T, RecvError> {
        note("RECEIVE");
        let received = self.0.recv();
        note(if received.is_ok() { "received" } else { "no sender is left" });
        received
    }

    /// As the standard library's.
    ///
    /// # Errors
    /// If there is no message now, or never will be.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let received = self.0.try_recv();
        note(if received.is_ok() { "received" } else { "nothing to receive" });
        received
    }

    /// As the standard library's, on a clock that stands still: it waits as long as need be.
    ///
    /// # Errors
    /// If all senders are gone, and all messages taken.
    pub fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
        self.recv().map_err(|_| RecvTimeoutError::Disconnected)
    }

    /// As the standard library's.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        iter::from_fn(|| self.recv().ok())
    }

    /// As the standard library's.
    pub fn try_iter(&self) -> impl Iterator<Item = T> {
        iter::from_fn(|| self.try_recv().ok())
    }
}

/// What a receiver that is iterated over becomes.
#[derive(Debug)]
pub struct IntoIter<T>(Receiver<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Box<dyn Iterator<Item = T> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}
