//! TCP for tasks: Python's `asyncio.start_server` and streams.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;

use super::sources::{Direction, Registered, Sources};

/// Accepts connections.
#[derive(Debug)]
pub struct TcpListener(Registered<mio::net::TcpListener>);

impl TcpListener {
    /// Listens at an address; port 0 is any that is free.
    ///
    /// # Errors
    /// If the address cannot be had.
    pub fn bind(sources: &Rc<Sources>, address: SocketAddr) -> io::Result<Self> {
        sources.register(mio::net::TcpListener::bind(address)?).map(TcpListener)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.socket().local_addr()
    }

    /// The next connection. Dropping the future loses none.
    ///
    /// # Errors
    /// What `accept` reports: `EMFILE` where this process has no file to spare, say. [`is_out_of_files`] tells it from others,
    /// and it is for the caller to wait before trying again.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let accept = |socket: &mio::net::TcpListener| socket.accept();
        let (stream, peer) = poll_fn(|context| self.0.poll_io(context, Direction::In, accept)).await?;
        Ok((TcpStream(self.0.sources().register(stream)?), peer))
    }
}

/// Whether the system refused because this process, or the whole machine, has too many files open.
pub fn is_out_of_files(error: &io::Error) -> bool {
    // Unix: ENFILE, EMFILE. Windows: WSAEMFILE. The standard library has no kind for them.
    let codes: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// A connection.
#[derive(Debug)]
pub struct TcpStream(Registered<mio::net::TcpStream>);

impl TcpStream {
    /// Connects.
    ///
    /// # Errors
    /// If nobody listens there, or the system refuses.
    pub async fn connect(sources: &Rc<Sources>, address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream(sources.register(mio::net::TcpStream::connect(address)?)?);
        // Ready to be written to means that connecting is over, for better or worse.
        let connected = |socket: &mio::net::TcpStream| match socket.take_error()? {
            Some(error) => Err(error),
            None => match socket.peer_addr() {
                Err(error) if error.kind() == io::ErrorKind::NotConnected => Err(io::ErrorKind::WouldBlock.into()),
                peer => peer.map(drop),
            },
        };
        poll_fn(|context| stream.0.poll_io(context, Direction::Out, connected)).await?;
        Ok(stream)
    }

    /// Reads what has come, waiting until there is something. 0 bytes: the other side will send no more. Dropping the
    /// future loses no byte.
    ///
    /// # Errors
    /// What the connection reports: `ConnectionReset`, say.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = poll_fn(|context| self.0.poll_io(context, Direction::In, |mut socket| socket.read(buffer))).await?;
        if 0 < count && count < buffer.len() {
            self.0.exhausted(Direction::In);
        }
        Ok(count)
    }

    /// Writes some of the bytes, waiting while the system has no room for any.
    ///
    /// # Errors
    /// What the connection reports: `BrokenPipe`, say.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count =
            poll_fn(|context| self.0.poll_io(context, Direction::Out, |mut socket| socket.write(bytes))).await?;
        if 0 < count && count < bytes.len() {
            self.0.exhausted(Direction::Out);
        }
        Ok(count)
    }

    /// Writes all of the bytes. A future that is dropped may have written some of them.
    ///
    /// # Errors
    /// As [`write`](Self::write); `WriteZero` if the system takes no more.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write(bytes).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => bytes = &bytes[count..],
            }
        }
        Ok(())
    }

    /// Reads until the buffer is full.
    ///
    /// # Errors
    /// As [`read`](Self::read); `UnexpectedEof` if the other side ends before.
    pub async fn read_exact(&mut self, mut buffer: &mut [u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            match self.read(buffer).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => buffer = &mut buffer[count..],
            }
        }
        Ok(())
    }

    /// Says that we shall send no more; what the other side sends can still be read.
    ///
    /// # Errors
    /// If the connection is gone.
    pub fn close_writing(&self) -> io::Result<()> {
        self.0.socket().shutdown(Shutdown::Write)
    }

    /// Sends small messages at once instead of waiting for more: `TCP_NODELAY`.
    ///
    /// # Errors
    /// If the connection is gone.
    pub fn set_nodelay(&self) -> io::Result<()> {
        self.0.socket().set_nodelay(true)
    }
}
