//! An echo server in two models, and the client that asks it: many connections, a little to do on each.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use anyhow::{Context, ensure};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What goes there and back.
const MESSAGE: [u8; 64] = [b'x'; 64];
/// Only what is used is ever taken.
const STACK_BYTES: usize = 64 * 1024;

/// How many connections this process may have open at both ends, at most `wished`.
pub fn affordable(wished: usize) -> usize {
    /// For everything else that is open.
    const OTHERS: usize = 64;
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let needed = (2 * wished + OTHERS) as u64;
        let limit = getrlimit(Resource::Nofile);
        let mut allowed = limit.current.unwrap_or(u64::MAX);
        if allowed < needed {
            let raised = limit.maximum.map_or(needed, |most| most.min(needed));
            if setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum }).is_ok() {
                allowed = raised;
            }
        }
        wished.min((allowed as usize).saturating_sub(OTHERS) / 2).max(1)
    }
    #[cfg(not(unix))]
    {
        let _ = OTHERS; // there is no such limit
        wished
    }
}

/// A thread a connection: so many connections, so many echoes on each; the echoes that came back.
///
/// # Errors
/// If the sockets or the threads are not to be had.
pub fn echo_on_threads(connections: usize, rounds: usize) -> anyhow::Result<u64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let (address, over) = (listener.local_addr()?, Arc::new(AtomicBool::new(false)));
    let stop = Arc::clone(&over);
    let server = thread::Builder::new().spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            if stop.load(Relaxed) {
                return; // Relaxed: the connection that woke this thread came after the store
            }
            let echo = move || {
                let mut buffer = MESSAGE;
                while stream.read_exact(&mut buffer).is_ok() && stream.write_all(&buffer).is_ok() {}
            };
            // Where no thread is to be had, the stream is dropped, and the client says so.
            drop(thread::Builder::new().stack_size(STACK_BYTES).spawn(echo));
        }
    })?;
    let echoes = ask(address, connections, rounds);
    over.store(true, Relaxed);
    drop(std::net::TcpStream::connect(address)); // wakes `accept`
    ensure!(server.join().is_ok(), "the server panicked");
    echoes
}

/// A task a connection, all on one thread.
///
/// # Errors
/// As [`echo_on_threads`].
pub fn echo_on_tasks(connections: usize, rounds: usize) -> anyhow::Result<u64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = thread::Builder::new().spawn(move || {
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let accept = async {
                while let Ok((mut stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        let mut buffer = MESSAGE;
                        while stream.read_exact(&mut buffer).await.is_ok() && stream.write_all(&buffer).await.is_ok() {}
                    });
                }
            };
            tokio::select! { () = accept => {}, _ = stopped => {} }
            std::io::Result::Ok(())
        })
    })?;
    let echoes = ask(address, connections, rounds);
    drop(stop);
    server.join().map_err(|_| anyhow::anyhow!("the server panicked"))??;
    echoes
}

/// The same client for both: opens all connections, then asks on all of them at once, again and again.
fn ask(address: SocketAddr, connections: usize, rounds: usize) -> anyhow::Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // A few at a time: the listener's queue is short, and who finds it full is heard a second later.
        let connect = stream::iter((0..connections).map(|_| TcpStream::connect(address))).buffer_unordered(32);
        let streams: Vec<TcpStream> = connect.try_collect().await.context("cannot open the connections")?;
        let echo = |mut stream: TcpStream| async move {
            let mut buffer = [0; MESSAGE.len()];
            for _ in 0..rounds {
                stream.write_all(&MESSAGE).await?;
                stream.read_exact(&mut buffer).await?;
            }
            std::io::Result::Ok(u64::from(buffer == MESSAGE))
        };
        let right = try_join_all(streams.into_iter().map(echo)).await.context("an echo did not come back")?;
        Ok(right.into_iter().sum::<u64>() * rounds as u64)
    })
}
