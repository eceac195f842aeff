//! The loop's sockets against clients that misbehave. The clients are threads with blocking sockets: nothing of the
//! loop is on their side.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use common::within;
use lesson04_event_loop::demos::ten_thousand_connections::serve;
use lesson04_event_loop::event_loop::net::TcpListener;
use lesson04_event_loop::event_loop::sources::Direction;
use lesson04_event_loop::event_loop::{EventLoop, LoopHandle, connect, get_event_loop, listen, sleep};
use lesson04_event_loop::solutions::yield_now::yield_now;

const LIMIT: Duration = Duration::from_secs(100);
const HERE: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// Runs an echo server, and beside it a client in a thread; then sees that nothing is left behind.
fn serving<T: Send + 'static>(client: impl FnOnce(SocketAddr) -> T + Send + 'static) -> T {
    within(LIMIT, move || {
        let event_loop = EventLoop::new().expect("the system has a poller to spare");
        let here = event_loop.handle();
        let result = event_loop.run_until_complete(async move {
            let listener = listen(HERE.into()).expect("a port is free");
            let address = listener.local_addr().expect("it listens");
            let open = Rc::new(Cell::new((0, 0)));
            let server = here.create_task(serve(listener, Rc::clone(&open)));
            let result = here.run_in_executor(move || client(address)).await.expect("the client does not panic");
            // What the client has closed is found to be closed, and leaves the loop.
            while open.get().0 > 0 {
                sleep(Duration::from_millis(1)).await;
            }
            server.cancel();
            let _cancelled = server.await;
            yield_now().await;
            assert_eq!(here.census(), (1, 0, 0), "tasks, timers, sockets: only this task is left");
            result
        });
        result.expect("it runs")
    })
}

/// Bytes that say where they belong.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|number| (number % 251) as u8).collect()
}

#[test]
fn a_slow_reader_gets_every_byte_and_stops_nobody() {
    serving(|server| {
        let mut slow = TcpStream::connect(server).expect("it listens");
        let pattern = bytes(251 * 256);
        let (mut sent, mut refused) = (0, 0);
        // How much the buffers hold is the system's business. When nothing more goes in, though the server has had its turns, it
        // cannot get rid of what it has, and waits. Others are served meanwhile.
        slow.set_nonblocking(true).expect("it is open");
        while refused < 20 {
            match slow.write(&pattern[sent % 251..]) {
                Ok(written) => (sent, refused) = (sent + written, 0),
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}");
                    refused += 1;
                    let mut quick = TcpStream::connect(server).expect("it listens");
                    let mut reply = [0; 5];
                    quick.write_all(b"hello").and_then(|()| quick.read_exact(&mut reply)).expect("an echo");
                    assert_eq!(&reply, b"hello");
                }
            }
        }
        slow.set_nonblocking(false).expect("it is open");
        let mut received = vec![0; sent];
        for part in received.chunks_mut(300_007) {
            slow.read_exact(part).expect("the rest of the echo");
        }
        assert!(received == bytes(sent), "the echo is not what was sent");
    });
}

#[test]
fn a_half_closed_socket_gets_the_rest_of_its_echo() {
    serving(|server| {
        for length in [1, 64, 1024, 1025, 100_000] {
            let mut stream = TcpStream::connect(server).expect("it listens");
            let sent = bytes(length);
            stream.write_all(&sent).expect("it fits into the buffers");
            stream.shutdown(Shutdown::Write).expect("it is open");
            let mut received = Vec::new();
            stream.read_to_end(&mut received).expect("the echo, and then the end");
            assert!(received == sent, "{} of {length} bytes", received.len());
        }
    });
}

/// Bytes and end may have come before the server looks once: then no further event tells it of the end.
#[test]
fn an_end_that_comes_with_the_last_bytes_is_seen() {
    within(LIMIT, || {
        let event_loop = EventLoop::new().expect("the system has a poller to spare");
        let read = event_loop.run_until_complete(async {
            let listener = listen(HERE.into()).expect("a port is free");
            let address = listener.local_addr().expect("it listens");
            let mut stream = TcpStream::connect(address).expect("it listens");
            let (mut accepted, _) = listener.accept().await.expect("it has come");
            let mut buffer = [0; 64];
            // The loop waits for it, so that what comes is one event, with the end in it.
            let here = get_event_loop().expect("it runs");
            let reading = here.create_task(async move {
                let mut counts = Vec::new();
                loop {
                    let count = accepted.read(&mut buffer).await.expect("no error");
                    counts.push(count);
                    if count == 0 {
                        return counts;
                    }
                }
            });
            yield_now().await;
            stream.write_all(b"hello").expect("it is open");
            stream.shutdown(Shutdown::Write).expect("it is open");
            reading.await.expect("it ends")
        });
        assert_eq!(read.expect("it runs"), [5, 0]);
    });
}

#[test]
fn a_reset_in_mid_write_ends_one_connection() {
    serving(|server| {
        let mut kept = TcpStream::connect(server).expect("it listens");
        for _ in 0..10 {
            let mut rude = TcpStream::connect(server).expect("it listens");
            rude.set_nonblocking(true).expect("it is open");
            // Until nothing goes any more: the server is in the middle of its own writing.
            while rude.write(&[7; 65_536]).is_ok() {}
            // Closed with unread bytes, a socket is reset.
            drop(rude);
            let mut reply = [0; 5];
            kept.write_all(b"still").and_then(|()| kept.read_exact(&mut reply)).expect("an echo");
            assert_eq!(&reply, b"still");
        }
    });
}

/// Connects, writes in parts, reads, stops, leaves: by seed.
fn random_client(server: SocketAddr, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut connections: Vec<(TcpStream, Vec<u8>, usize)> = Vec::new();
    for _ in 0..400 {
        let chosen = (!connections.is_empty()).then(|| random.usize(..connections.len()));
        match (random.u32(..10), chosen) {
            (0..2, _) | (_, None) => {
                let stream = TcpStream::connect(server).expect("it listens");
                stream.set_nodelay(true).expect("it is open");
                connections.push((stream, Vec::new(), 0));
            }
            (2..6, Some(chosen)) => {
                let part: Vec<u8> = (0..random.usize(1..5_000)).map(|_| random.u8(..)).collect();
                let (stream, sent, read) = &mut connections[chosen];
                // Not more under way than the buffers hold: this client does one thing at a time.
                if sent.len() - *read < 30_000 {
                    stream.write_all(&part).expect("it fits");
                    sent.extend(part);
                }
            }
            (6..8, Some(chosen)) => {
                let (stream, sent, read) = &mut connections[chosen];
                let wanted = random.usize(..=sent.len() - *read);
                let mut reply = vec![0; wanted];
                stream.read_exact(&mut reply).expect("what was sent comes back");
                assert!(reply == sent[*read..*read + wanted], "seed {seed}: another connection's bytes, or none");
                *read += wanted;
            }
            (8, Some(chosen)) => drop(connections.swap_remove(chosen)), // in the middle of whatever it is
            (_, Some(chosen)) => {
                let (mut stream, sent, read) = connections.swap_remove(chosen);
                stream.shutdown(Shutdown::Write).expect("it is open");
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).expect("the rest, and the end");
                assert!(rest == sent[read..], "seed {seed}: {} of {} bytes", rest.len(), sent.len() - read);
            }
        }
    }
}

#[test]
fn ten_seeds_of_random_clients_get_their_own_bytes() {
    serving(|server| {
        let clients: Vec<_> = (1..=10).map(|seed| thread::spawn(move || random_client(server, seed))).collect();
        clients.into_iter().for_each(|client| client.join().expect("every byte as it was sent"));
    });
}

/// A peer that sends without end, faster than we read, must not keep the loop for itself.
#[test]
fn a_firehose_does_not_stop_the_others() {
    serving(|server| {
        let hose = TcpStream::connect(server).expect("it listens");
        let (mut writing, mut reading) = (hose.try_clone().expect("a handle"), hose.try_clone().expect("a handle"));
        let writer = thread::spawn(move || while writing.write_all(&[1; 65_536]).is_ok() {});
        let reader = thread::spawn(move || while reading.read(&mut [0; 65_536]).is_ok_and(|count| count > 0) {});
        for _ in 0..50 {
            let mut other = TcpStream::connect(server).expect("it listens");
            let mut reply = [0; 5];
            other.write_all(b"hello").and_then(|()| other.read_exact(&mut reply)).expect("an echo");
        }
        hose.shutdown(Shutdown::Both).expect("it is open");
        writer.join().expect("no panic");
        reader.join().expect("no panic");
    });
}

/// A socket that is always ready gives way after a while: proved with an operation that never has to wait, so that nothing
/// but the rule can bring about another turn.
#[test]
fn a_socket_that_is_always_ready_gives_way() {
    within(LIMIT, || {
        let event_loop = EventLoop::new().expect("the system has a poller to spare");
        let turns = event_loop.run_until_complete(async {
            let here = get_event_loop().expect("it runs");
            let socket = mio::net::UdpSocket::bind(HERE.into()).expect("a port is free");
            let socket = here.sources().register(socket).expect("the poller takes it");
            let before = here.turns();
            for _ in 0..20_000 {
                let operation = poll_fn(|context| socket.poll_io(context, Direction::In, |_| Ok(())));
                operation.await.expect("it always succeeds");
            }
            here.turns() - before
        });
        let turns = turns.expect("it runs");
        assert!((20_000 / 100..20_000 / 10).contains(&turns), "{turns} turns for 20,000 operations");
    });
}

/// In the place of a socket: writes down what is done with it.
#[derive(Debug, Default, Clone)]
struct Noted(Rc<RefCell<Vec<&'static str>>>);

impl mio::event::Source for Noted {
    fn register(&mut self, _: &mio::Registry, _: mio::Token, _: mio::Interest) -> io::Result<()> {
        self.0.borrow_mut().push("register");
        Ok(())
    }

    fn reregister(&mut self, _: &mio::Registry, _: mio::Token, _: mio::Interest) -> io::Result<()> {
        self.0.borrow_mut().push("reregister");
        Ok(())
    }

    fn deregister(&mut self, _: &mio::Registry) -> io::Result<()> {
        self.0.borrow_mut().push("deregister");
        Ok(())
    }
}

#[test]
fn a_socket_is_registered_once_and_tried_only_when_it_may_be_ready() {
    let event_loop = EventLoop::new().expect("the system has a poller to spare");
    let (noted, mut tried) = (Noted::default(), 0);
    let socket = event_loop.sources().register(noted.clone()).expect("it refuses nothing");
    for _ in 0..3 {
        let mut context = Context::from_waker(Waker::noop());
        let polled = socket.poll_io(&mut context, Direction::In, |_| {
            tried += 1;
            io::Result::<()>::Err(io::ErrorKind::WouldBlock.into())
        });
        assert!(polled.is_pending());
    }
    assert_eq!(tried, 1, "it has not become ready since");
    drop(socket);
    assert_eq!(noted.0.take(), ["register", "deregister"]);
    assert_eq!(event_loop.census().2, 0);
}

#[test]
fn a_refused_connection_is_an_error_and_leaves_nothing() {
    within(LIMIT, || {
        let event_loop = EventLoop::new().expect("the system has a poller to spare");
        let here = event_loop.handle();
        let error = event_loop.run_until_complete(async move {
            let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
            let error = connect(nobody.expect("a port is free")).await.expect_err("nobody listens");
            assert_eq!(here.census().2, 0);
            error
        });
        assert_eq!(error.expect("it runs").kind(), io::ErrorKind::ConnectionRefused);
    });
}

#[test]
fn tasks_that_wait_for_sockets_are_dropped_with_them() {
    within(LIMIT, || {
        let event_loop = EventLoop::new().expect("the system has a poller to spare");
        let here = event_loop.handle();
        let clients = event_loop.run_until_complete(async move {
            let listener = listen(HERE.into()).expect("a port is free");
            let server = here.create_task(serve_silently(here.clone(), listener));
            let address = server.await.expect("it is done").expect("it listens");
            let clients: Vec<_> = (0..20).map(|_| TcpStream::connect(address).expect("it listens")).collect();
            while here.census().0 < 22 {
                sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(here.census(), (22, 20, 21), "tasks, timers, sockets");
            clients
        });
        let mut clients = clients.expect("it runs");
        let here = event_loop.handle();
        drop(event_loop);
        assert_eq!(here.census(), (0, 0, 0));
        for client in &mut clients {
            let end = client.read(&mut [0; 1]);
            assert!(matches!(end, Ok(0)) || end.is_err(), "the server's side is closed: {end:?}");
        }
    });
}

/// Accepts, and then waits for a byte and a time that do not come.
async fn serve_silently(here: LoopHandle, listener: TcpListener) -> io::Result<SocketAddr> {
    let address = listener.local_addr()?;
    let spawner = here.clone();
    drop(here.create_task(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(spawner.create_task(async move {
                let mut hour = sleep(Duration::from_secs(3600));
                let mut byte = [0];
                let mut reading = Box::pin(stream.read(&mut byte));
                poll_fn(|context| {
                    let _byte = reading.as_mut().poll(context);
                    std::pin::Pin::new(&mut hour).poll(context)
                })
                .await;
            }));
        }
    }));
    Ok(address)
}

/// `EMFILE`: there is no file for a connection that has come. The server waits, and accepts it when there is one.
#[cfg(unix)]
mod out_of_files {
    use std::process::Command;

    use super::*;

    const ASKED: &str = "LESSON04_STARVED";

    /// In a process of its own, whose limit may be lowered without harm to others.
    #[test]
    fn the_server_waits_and_accepts_again() {
        let mut command = Command::new(std::env::current_exe().expect("it runs"));
        command.args(["--exact", "out_of_files::starved", "--nocapture"]).env(ASKED, "1");
        let output = common::student::run(command);
        assert_eq!(output.status, Some(0), "{}{}", output.output, output.errors);
        assert!(output.output.contains("it was starved, and served"), "{}{}", output.output, output.errors);
    }

    #[test]
    #[allow(clippy::print_stdout)]
    fn starved() {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        if std::env::var_os(ASKED).is_none() {
            return; // the test above does it
        }
        serving(|server| {
            let echo = |stream: &mut TcpStream| {
                let mut reply = [0; 5];
                stream
                    .write_all(b"hello")
                    .and_then(|()| stream.read_exact(&mut reply))
                    .map(|()| assert_eq!(&reply, b"hello"))
            };
            let mut first = TcpStream::connect(server).expect("it listens");
            echo(&mut first).expect("an echo");
            // Room for the client's end of one more connection and not for the server's.
            let highest = (3..).find(|&file| !is_open(file)).unwrap_or(3);
            let limit = getrlimit(Resource::Nofile);
            let lowered = Rlimit { current: Some(highest + 1), maximum: limit.maximum };
            setrlimit(Resource::Nofile, lowered).expect("it may be lowered");
            let mut second = TcpStream::connect(server).expect("the kernel answers");
            second.write_all(b"hello").expect("the kernel takes it");
            // Those that are open are served all the while. Each echo is a turn of the server after the one in which it
            // could have accepted: if it had, its reply would be here.
            for _ in 0..10 {
                echo(&mut first).expect("an echo");
            }
            second.set_nonblocking(true).expect("it is open");
            let nothing = second.read(&mut [0; 5]).map_err(|error| error.kind());
            assert_eq!(nothing, Err(io::ErrorKind::WouldBlock), "it was accepted without a file");
            second.set_nonblocking(false).expect("it is open");
            setrlimit(Resource::Nofile, limit).expect("back to what it was");
            let mut reply = [0; 5];
            second.read_exact(&mut reply).expect("the echo that was waited for");
            assert_eq!(&reply, b"hello");
        });
        println!("it was starved, and served");
    }

    fn is_open(file: u64) -> bool {
        std::fs::exists(format!("/dev/fd/{file}")).unwrap_or(false)
    }

    /// A server that tried again at once would keep the loop turning. One that rests has set a timer, and waits for nothing else.
    #[test]
    fn starving_is_not_spinning() {
        let mut command = Command::new(std::env::current_exe().expect("it runs"));
        command.args(["--exact", "out_of_files::rests_while_starved", "--nocapture"]).env(ASKED, "1");
        let output = common::student::run(command);
        assert_eq!(output.status, Some(0), "{}{}", output.output, output.errors);
        assert!(output.output.contains("it rested, and accepted"), "{}{}", output.output, output.errors);
    }

    #[test]
    #[allow(clippy::print_stdout)]
    fn rests_while_starved() {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        if std::env::var_os(ASKED).is_none() {
            return; // the test above does it
        }
        within(LIMIT, || {
            let event_loop = EventLoop::new().expect("the system has a poller to spare");
            let here = event_loop.handle();
            let accepted = event_loop.run_until_complete(async move {
                let listener = listen(HERE.into()).expect("a port is free");
                let address = listener.local_addr().expect("it listens");
                let open = Rc::new(Cell::new((0, 0)));
                drop(here.create_task(serve(listener, Rc::clone(&open))));
                let highest = (3..).find(|&file| !is_open(file)).unwrap_or(3);
                let limit = getrlimit(Resource::Nofile);
                let lowered = Rlimit { current: Some(highest + 1), maximum: limit.maximum };
                setrlimit(Resource::Nofile, lowered).expect("it may be lowered");
                let _client = TcpStream::connect(address).expect("the kernel answers");
                let mut turns = 0;
                while here.census().1 == 0 {
                    yield_now().await;
                    turns += 1;
                    assert!(turns < 100_000, "the server never rests");
                }
                assert_eq!(open.get().0, 0, "there was no file for it");
                setrlimit(Resource::Nofile, limit).expect("back to what it was");
                while open.get().0 == 0 {
                    sleep(Duration::from_millis(1)).await;
                }
            });
            accepted.expect("it runs");
            println!("it rested, and accepted");
        });
    }
}
