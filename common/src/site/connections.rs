//! The open connections: how many there may be, and how to close them all.

use super::lock;
use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

pub(super) struct Connections {
    most: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    open: HashMap<u64, Arc<TcpStream>>,
    accepted: u64,
    closed: bool,
}

impl Connections {
    pub(super) fn new(most: usize) -> Connections {
        Connections { most, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits until there is room for one more; false when there never will be.
    pub(super) fn wait_for_room(&self) -> bool {
        let state = self
            .changed
            .wait_while(lock(&self.state), |state| !state.closed && state.open.len() >= self.most)
            .unwrap_or_else(PoisonError::into_inner);
        !state.closed
    }

    /// Registers a connection; none when the site stops.
    pub(super) fn add(&self, stream: TcpStream) -> Option<Connection<'_>> {
        let mut state = lock(&self.state);
        if state.closed {
            return None;
        }
        // Shared instead of cloned: a clone would cost a second file descriptor.
        let stream = Arc::new(stream);
        let number = state.accepted;
        state.accepted += 1;
        state.open.insert(number, Arc::clone(&stream));
        Some(Connection { connections: self, number, stream })
    }

    /// Shuts all connections down, which wakes the threads that read from them or write to them.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        for stream in state.open.values() {
            // It fails when the client has closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
    }
}

/// One open connection. Dropping it closes it.
pub(super) struct Connection<'a> {
    connections: &'a Connections,
    number: u64,
    stream: Arc<TcpStream>,
}

impl Deref for Connection<'_> {
    type Target = TcpStream;

    fn deref(&self) -> &TcpStream {
        &self.stream
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        lock(&self.connections.state).open.remove(&self.number);
        self.connections.changed.notify_all();
    }
}
