//! Sockets, as the poller sees them: who waits for which, and which are ready.
//!
//! The poller is asked for edges: it reports a socket once when it becomes ready, and again only after it has been found
//! not ready in between. So readiness is remembered here, an operation is tried first, and only one that would block
//! clears it and waits. A socket is registered once in its life; to ask for each message anew costs a system call each.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use mio::event::{Event, Source};
use mio::{Interest, Registry, Token};
use slab::Slab;

/// How many operations in a row one task may do on a socket that is always ready, before others get their turn.
const IN_A_ROW: u8 = 64;

/// Which way the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards us: read, accept.
    In,
    /// Away from us: write, connect.
    Out,
}

/// One direction of one socket.
#[derive(Default)]
struct Side {
    ready: Cell<bool>,
    waiter: Cell<Option<Waker>>,
    in_a_row: Cell<u8>,
}

impl Side {
    fn become_ready(&self) {
        self.ready.set(true);
        if let Some(waiter) = self.waiter.take() {
            waiter.wake();
        }
    }

    fn wait(&self, context: &Context<'_>) {
        self.in_a_row.set(0);
        self.waiter.set(Some(context.waker().clone()));
    }
}

#[derive(Default)]
struct Readiness {
    sides: [Side; 2],
    /// The other side will send no more: there is an end to be read, however short the last read was.
    ended: Cell<bool>,
}

impl fmt::Debug for Readiness {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [read, write] = [0, 1].map(|side: usize| self.sides[side].ready.get());
        write!(out, "readable: {read}, writable: {write}, ended: {}", self.ended.get())
    }
}

/// All sockets that are registered with one poller.
#[derive(Debug)]
pub struct Sources {
    registry: Registry,
    registered: RefCell<Slab<Rc<Readiness>>>,
}

impl Sources {
    /// Sockets for the poller behind `registry`.
    pub fn new(registry: Registry) -> Rc<Self> {
        Rc::new(Sources { registry, registered: RefCell::default() })
    }

    /// How many are registered.
    pub fn len(&self) -> usize {
        self.registered.borrow().len()
    }

    /// Whether none is registered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Registers a socket, for both directions, until it is dropped.
    ///
    /// # Errors
    /// If the poller refuses it.
    pub fn register<S: Source>(self: &Rc<Self>, mut socket: S) -> io::Result<Registered<S>> {
        let readiness = Rc::new(Readiness::default());
        // Ready until proved otherwise: the first operation is tried at once.
        readiness.sides.iter().for_each(|side| side.ready.set(true));
        let key = self.registered.borrow_mut().insert(Rc::clone(&readiness));
        let registered = self.registry.register(&mut socket, Token(key), Interest::READABLE | Interest::WRITABLE);
        if let Err(error) = registered {
            self.registered.borrow_mut().remove(key);
            return Err(error);
        }
        Ok(Registered { socket, key, readiness, sources: Rc::clone(self) })
    }

    /// Notes what the poller has reported, and wakes who waits for it.
    pub fn dispatch(&self, event: &Event) {
        let Some(readiness) = self.registered.borrow().get(event.token().0).map(Rc::clone) else { return };
        // Errors and hang-ups are told by the operation that is tried next.
        let over = event.is_error() || event.is_read_closed();
        readiness.ended.set(readiness.ended.get() || over);
        if event.is_readable() || over {
            readiness.sides[Direction::In as usize].become_ready();
        }
        if event.is_writable() || event.is_error() || event.is_write_closed() {
            readiness.sides[Direction::Out as usize].become_ready();
        }
    }
}

/// A socket that the poller watches. Dropping it ends that.
#[derive(Debug)]
pub struct Registered<S: Source> {
    socket: S,
    key: usize,
    readiness: Rc<Readiness>,
    sources: Rc<Sources>,
}

impl<S: Source> Registered<S> {
    /// The socket itself.
    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// Where it is registered.
    pub fn sources(&self) -> &Rc<Sources> {
        &self.sources
    }

    /// Tries `operation`; if it would block, waits until the socket is ready and tries again.
    pub fn poll_io<T>(
        &self,
        context: &mut Context<'_>,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        let side = &self.readiness.sides[direction as usize];
        if !side.ready.get() {
            side.wait(context);
            return Poll::Pending;
        }
        let in_a_row = side.in_a_row.replace(side.in_a_row.get() + 1);
        if in_a_row >= IN_A_ROW {
            // A peer that sends faster than we read would keep the loop for itself.
            side.in_a_row.set(0);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            match operation(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    side.ready.set(false);
                    side.wait(context);
                    return Poll::Pending;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }

    /// Says that the last operation got or gave less than it might have: the socket has no more, so the next operation need
    /// not be tried to find that out. A system call saved for each message.
    pub fn exhausted(&self, direction: Direction) {
        // epoll and kqueue report what comes afterwards. Windows' poller does so only after an operation that would
        // block; and where the end has been announced already, nothing will come afterwards.
        if cfg!(unix) && !(direction == Direction::In && self.readiness.ended.get()) {
            self.readiness.sides[direction as usize].ready.set(false);
        }
    }
}

impl<S: Source> Drop for Registered<S> {
    fn drop(&mut self) {
        // It fails only for a socket that the poller does not know (any more), and then there is nothing to undo.
        let _ = self.sources.registry.deregister(&mut self.socket);
        let removed = self.sources.registered.borrow_mut().remove(self.key);
        drop(removed);
    }
}
