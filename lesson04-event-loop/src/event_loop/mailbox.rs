//! An inbox and an alarm: how a loop falls asleep in its poller, and how other threads wake it there.
//!
//! `tests/proof` compiles this file with a poller that is a flag and a condition variable.

use std::time::Duration;

use super::inbox::{Inbox, Posted};

/// Gets a loop out of its poller. If it rings while the loop is not there yet, the loop must not sleep when it comes:
/// what `mio::Waker` promises.
pub trait Alarm {
    /// Rings.
    fn ring(&self);
}

/// Messages for a loop that may sleep.
#[derive(Debug, Default)]
pub struct Mailbox<T, A> {
    inbox: Inbox<T>,
    alarm: A,
}

impl<T, A: Alarm> Mailbox<T, A> {
    /// No messages yet, for a loop that this alarm wakes.
    pub fn new(alarm: A) -> Self {
        Mailbox { inbox: Inbox::default(), alarm }
    }

    /// Leaves a message, from any thread, and wakes the loop if it sleeps.
    ///
    /// # Errors
    /// The message, if there is no loop any more.
    pub fn post(&self, message: T) -> Result<(), T> {
        match self.inbox.post(message) {
            Posted::Seen => {}
            Posted::WakeTheLoop => self.alarm.ring(),
            Posted::Closed(message) => return Err(message),
        }
        Ok(())
    }

    /// For how long the loop may now sleep in its poller: not at all while it has something to do, or a message; else until
    /// what comes `next`, or for ever.
    pub fn may_sleep(&self, idle: bool, next: impl FnOnce() -> Option<Duration>) -> Option<Duration> {
        if idle && self.inbox.lie_down() { next() } else { Some(Duration::ZERO) }
    }

    /// The loop has come out of its poller, and takes all messages. `into` must be empty.
    pub fn get_up(&self, into: &mut Vec<T>) {
        self.inbox.get_up(into);
    }

    /// No more messages; here are the last ones.
    pub fn close(&self) -> Vec<T> {
        self.inbox.close()
    }
}
