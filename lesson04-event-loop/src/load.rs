//! A client that opens many connections, in a process of its own: two processes may have twice as many files open as
//! one, and what the client costs is not taken for the server's.
//!
//! The process is this program once more, told so by its environment.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::process::{Child, Command, ExitCode, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::event_loop::net::TcpStream;
use crate::event_loop::{EventLoop, RunError, connect, get_event_loop, sleep};

/// What the environment calls the client's orders.
const VARIABLE: &str = "LESSON04_CLIENT";
/// How many connections are being opened at once. The list of those that a server has not accepted yet is short.
const OPENING: usize = 64;
/// How long a message is.
pub const MESSAGE: usize = 64;

/// What a client is to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orders {
    /// Whom to connect to.
    pub server: SocketAddr,
    /// How many connections to open, and to keep open until the end.
    pub connections: usize,
    /// How many messages to send on each. The next one is sent when the last one has come back.
    pub rounds: u32,
    /// How long to wait between two messages of one connection; zero: not at all.
    pub pause: Duration,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Report {
    /// How many connections were open at once.
    pub connections: u64,
    /// How many replies came that were the message sent.
    pub right: u64,
    /// How many came that were not, or did not come.
    pub wrong: u64,
    /// How long it took to send and receive, connecting not included.
    pub seconds: f64,
    /// 99 of 100 replies came within so many seconds.
    pub p99: f64,
}

impl Orders {
    /// Starts the client. Its standard output is a [`Report`].
    ///
    /// # Errors
    /// If the program cannot be started.
    pub fn start(&self) -> io::Result<Child> {
        let orders = [
            self.server.to_string(),
            self.connections.to_string(),
            self.rounds.to_string(),
            self.pause.as_micros().to_string(),
        ];
        let mut command = Command::new(std::env::current_exe()?);
        command.env(VARIABLE, orders.join(" ")).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        Some(Orders {
            server: words.next()?.parse().ok()?,
            connections: words.next()?.parse().ok()?,
            rounds: words.next()?.parse().ok()?,
            pause: Duration::from_micros(words.next()?.parse().ok()?),
        })
    }
}

impl Report {
    /// Reads what the client has printed; `None` if it has not come so far.
    pub fn parse(output: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(output).ok()?;
        let mut words = text.split_whitespace();
        Some(Report {
            connections: words.next()?.parse().ok()?,
            right: words.next()?.parse().ok()?,
            wrong: words.next()?.parse().ok()?,
            seconds: words.next()?.parse().ok()?,
            p99: words.next()?.parse().ok()?,
        })
    }
}

/// If this process was started as a client, is one, and returns how to exit. To be called first thing in `main`.
#[allow(clippy::print_stdout)]
pub fn client() -> Option<ExitCode> {
    let orders = std::env::var(VARIABLE).ok()?;
    let Some(orders) = Orders::parse(&orders) else {
        eprintln!("{VARIABLE} is meant for this program only");
        return Some(ExitCode::from(2));
    };
    match run(orders) {
        Ok(Report { connections, right, wrong, seconds, p99 }) => {
            println!("{connections} {right} {wrong} {seconds} {p99}");
            Some(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("the client of {} connections: {error}", orders.connections);
            Some(ExitCode::FAILURE)
        }
    }
}

fn run(orders: Orders) -> Result<Report, RunError> {
    EventLoop::new()?.run_until_complete(async move { talk(orders).await.map_err(RunError::from) })?
}

async fn talk(orders: Orders) -> io::Result<Report> {
    let event_loop = get_event_loop().map_err(io::Error::other)?;
    let open = |share: usize| async move {
        let mut streams = Vec::new();
        for _ in 0..share {
            let mut stream = connect(orders.server).await?;
            stream.set_nodelay()?;
            // Connected does not mean accepted: the kernel answers for a server that has not got round to it, until its list is
            // full; from then on it drops, and tries again after seconds. A first echo tells that the server has it.
            stream.write_all(b"!").await?;
            stream.read_exact(&mut [0]).await?;
            streams.push(stream);
        }
        io::Result::Ok(streams)
    };
    let shares =
        (0..OPENING).map(|number| orders.connections / OPENING + usize::from(number < orders.connections % OPENING));
    let opening: Vec<_> = shares.map(|share| event_loop.create_task(open(share))).collect();
    let mut streams = Vec::new();
    for opened in opening {
        streams.extend(opened.await.map_err(io::Error::other)??);
    }
    let latencies = Rc::new(RefCell::new(Vec::with_capacity(streams.len() * orders.rounds as usize)));
    let connections = streams.len() as u64;
    let start = Instant::now();
    let talking: Vec<_> = streams
        .into_iter()
        .enumerate()
        .map(|(number, stream)| event_loop.create_task(converse(number, stream, orders, Rc::clone(&latencies))))
        .collect();
    // Streams come back from their tasks, and are closed when all have ended: all are open at once.
    let mut ended = Vec::new();
    for conversation in talking {
        ended.push(conversation.await.map_err(io::Error::other)?);
    }
    let seconds = start.elapsed().as_secs_f64();
    let latencies = latencies.take();
    let right = latencies.len() as u64;
    let wrong = connections * u64::from(orders.rounds) - right;
    let p99 = if latencies.is_empty() { 0.0 } else { common::measure::percentile(&latencies, 0.99) };
    Ok(Report { connections, right, wrong, seconds, p99 })
}

/// Sends and checks; a connection that fails is noticed as replies that are missing.
async fn converse(number: usize, mut stream: TcpStream, orders: Orders, latencies: Rc<RefCell<Vec<f64>>>) -> TcpStream {
    // Room for more than a reply: a read that does not fill it tells that the socket is empty. One that does must be followed
    // by another, which finds nothing: a system call for each message.
    let mut reply = [0; 2 * MESSAGE];
    if !orders.pause.is_zero() {
        // Spread over one pause, so that the messages come evenly.
        sleep(orders.pause.mul_f64(number as f64 / orders.connections as f64)).await;
    }
    for round in 0..orders.rounds {
        let message = message(number, round);
        let sent = Instant::now();
        let came = async {
            stream.write_all(&message).await?;
            let mut length = 0;
            while length < MESSAGE {
                match stream.read(&mut reply[length..]).await? {
                    0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                    count => length += count,
                }
            }
            io::Result::Ok(length)
        };
        if came.await.ok().is_none_or(|length| reply[..length] != message) {
            break;
        }
        latencies.borrow_mut().push(sent.elapsed().as_secs_f64());
        if !orders.pause.is_zero() {
            sleep(orders.pause.saturating_sub(sent.elapsed())).await;
        }
    }
    stream
}

/// No two messages are the same, so a reply to another connection's message is not taken for the right one.
fn message(connection: usize, round: u32) -> [u8; MESSAGE] {
    let mut message = [b'.'; MESSAGE];
    message[..8].copy_from_slice(&(connection as u64).to_le_bytes());
    message[8..12].copy_from_slice(&round.to_le_bytes());
    message
}

/// How many connections this process may hold, up to `wanted`. On Unix a connection is a file, and the number of files is limited, softly:
/// the limit is raised as far as it may be.
pub fn connections_allowed(wanted: usize) -> usize {
    /// Files that are open for other reasons.
    const OTHERS: u64 = 64;
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let needed = wanted as u64 + OTHERS;
        let limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < needed) {
            let raised = limit.maximum.map_or(needed, |hard| hard.min(needed));
            // macOS may refuse numbers below its hard limit. Then it stays as it is.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum });
        }
        match getrlimit(Resource::Nofile).current {
            Some(files) => wanted.min(usize::try_from(files.saturating_sub(OTHERS)).unwrap_or(wanted)),
            None => wanted,
        }
    }
    // A socket of Windows is a handle, and of those a process may have sixteen million.
    #[cfg(not(unix))]
    {
        let _ = OTHERS;
        wanted
    }
}
