//! What a connection and whoever watches over it tell each other.
//!
//! Every request passes here, so nothing here waits or asks the time: a connection leaves marks, and the watch, which
//! comes by now and then, takes them away and knows that somebody was there.

use futures::task::AtomicWaker;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize};
use std::task::Waker;

/// One connection. A clone is another handle of the same one.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Marks>);

#[derive(Debug)]
struct Marks {
    /// Whether the service was told to stop: all connections have this one.
    stopping: Arc<AtomicBool>,
    /// Requests under way.
    requests: AtomicUsize,
    /// Something has happened since the watch came by.
    fresh: AtomicBool,
    /// A request was answered, and nobody has read the rest of its body.
    unread: AtomicBool,
    word: AtomicU8,
    connection: AtomicWaker,
}

/// What the connection is told. It only ever becomes more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    /// Nothing.
    GoOn,
    /// Answer what is under way, and end.
    Finish,
    /// End.
    Cut,
}

impl Activity {
    /// Of a connection that has just been opened.
    pub(super) fn new(stopping: Arc<AtomicBool>) -> Activity {
        let (requests, fresh, unread) = (AtomicUsize::new(0), AtomicBool::new(true), AtomicBool::new(false));
        let (word, connection) = (AtomicU8::new(Word::GoOn as u8), AtomicWaker::new());
        Activity(Arc::new(Marks { stopping, requests, fresh, unread, word, connection }))
    }

    /// A request begins; it ends when what is returned is dropped.
    pub(super) fn begin(&self) -> Request {
        self.0.requests.fetch_add(1, Relaxed); // Relaxed, here and below: a look that comes too early is made again
        Request(self.clone())
    }

    /// The client has taken something. What it sends does not count: a drop now and then keeps no connection open.
    pub(super) fn taken(&self) {
        self.0.fresh.store(true, Relaxed);
    }

    /// Whether something has happened since this was asked last, or is happening now.
    pub(super) fn was_used(&self) -> bool {
        self.0.fresh.swap(false, Relaxed) || self.0.requests.load(Relaxed) > 0
    }

    /// Whether the connection is gone.
    pub(super) fn is_over(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// A request was answered, and nobody has read the rest of its body.
    pub(super) fn leave_unread(&self) {
        self.0.unread.store(true, Relaxed);
    }

    /// Whether the client may still be sending a body that nobody reads.
    pub(super) fn is_unread(&self) -> bool {
        self.0.unread.load(Relaxed)
    }

    /// Tells the connection.
    pub(super) fn tell(&self, word: Word) {
        self.0.word.fetch_max(word as u8, Release); // what led to it is seen by who hears it
        self.0.connection.wake();
    }

    /// What the connection is told. If it becomes more, `waker` is woken.
    pub(super) fn word(&self, waker: &Waker) -> Word {
        self.0.connection.register(waker); // before the look, so that no word falls in between
        match self.0.word.load(Acquire) {
            0 => Word::GoOn,
            1 => Word::Finish,
            _ => Word::Cut,
        }
    }
}

/// A request that is under way.
#[derive(Debug)]
pub(super) struct Request(Activity);

impl Request {
    /// Whether the service was told to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.0.0.stopping.load(Relaxed)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.taken(); // first, or a look in between would find neither
        self.0.0.requests.fetch_sub(1, Relaxed);
    }
}
