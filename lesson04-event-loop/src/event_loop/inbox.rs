//! What other threads have for the loop, and how they wake it.
//!
//! A message may come while the loop is on its way to sleep. The loop looks and lies down under one lock, so the message is
//! either seen, or its sender sees a sleeper. Only then is the system asked to wake it: a call for each message
//! would cost a hundred times the message.

use super::sync::{Mutex, MutexGuard};

/// Messages from other threads.
#[derive(Debug)]
pub struct Inbox<T> {
    inner: Mutex<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    messages: Vec<T>,
    asleep: bool,
    closed: bool,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "if the loop sleeps, its poller must be told"]
pub enum Posted<T> {
    /// The loop is awake and will see it.
    Seen,
    /// The loop sleeps: wake it. Only one sender is told so.
    WakeTheLoop,
    /// There is no loop any more; here is the message.
    Closed(T),
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        Inbox { inner: Mutex::new(Inner { messages: Vec::new(), asleep: false, closed: false }) }
    }
}

impl<T> Inbox<T> {
    /// Leaves a message, from any thread.
    pub fn post(&self, message: T) -> Posted<T> {
        let mut inner = self.lock();
        if inner.closed {
            return Posted::Closed(message);
        }
        inner.messages.push(message);
        if std::mem::take(&mut inner.asleep) { Posted::WakeTheLoop } else { Posted::Seen }
    }

    /// The loop goes to sleep; `false`: there is a message, it must not.
    pub fn lie_down(&self) -> bool {
        let mut inner = self.lock();
        inner.asleep = inner.messages.is_empty();
        inner.asleep
    }

    /// The loop is awake, and takes all messages, in the order of posting. `into` must be empty; the two change places, so
    /// that neither has to grow again.
    pub fn get_up(&self, into: &mut Vec<T>) {
        let mut inner = self.lock();
        inner.asleep = false;
        std::mem::swap(&mut inner.messages, into);
    }

    /// No more messages; here are the last ones.
    pub fn close(&self) -> Vec<T> {
        let mut inner = self.lock();
        inner.closed = true;
        std::mem::take(&mut inner.messages)
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        // Nothing in here can panic half-way, so there is nothing for the poison to protect.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
