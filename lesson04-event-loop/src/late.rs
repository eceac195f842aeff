//! A client that takes its time.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::event_loop::ThreadsafeHandle;

/// A thread that connects after half of `pause`, says hello, and calls into the loop a whole one later.
pub fn late_client(server: SocketAddr, event_loop: ThreadsafeHandle, pause: Duration) -> JoinHandle<io::Result<()>> {
    thread::spawn(move || {
        thread::sleep(pause / 2);
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(b"hello")?;
        thread::sleep(pause);
        // It may be closed by then; nobody waits for the call.
        let _ = event_loop.call_soon_threadsafe(|| ());
        Ok(())
    })
}
