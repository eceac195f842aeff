//! Ours beside tokio's current-thread runtime, asyncio and a bare poll loop, in one run: `cargo bench -p lesson04-event-loop`.
//!
//! Servers run on core 0, one thread each; the client is this program once more, on core 1. Peers take turns, and a ratio is
//! the median of the ratios of neighbouring rounds: a machine that slows down slows both. `-- echo` runs only what has that
//! word in its name.

#![allow(missing_docs, clippy::print_stdout)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::measure::Summary;
use lesson04_event_loop::event_loop::{EventLoop, listen, sleep};
use lesson04_event_loop::load::{self, Orders, Report};
use lesson04_event_loop::solutions::yield_now::yield_now;
use mio::{Events, Interest, Poll, Token};
use slab::Slab;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Longer than Python takes for all of it on a busy machine.
const PYTHON_LIMIT: Duration = Duration::from_secs(600);
const TASKS: usize = 100_000;
/// The environment asks this program to measure memory in a process of its own.
const MEMORY: &str = "LESSON04_MEMORY";
const LOCALHOST: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// By number, and not out of those that `core_affinity` finds: a child of a pinned process finds one.
fn pin(id: usize) {
    core_affinity::set_for_current(core_affinity::CoreId { id });
}

fn tokio_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio starts")
}

fn ours<T: 'static>(main: impl AsyncFnOnce(lesson04_event_loop::event_loop::LoopHandle) -> T + 'static) -> T {
    let event_loop = EventLoop::new().expect("the system has a poller to spare");
    let here = event_loop.handle();
    event_loop.run_until_complete(async move { main(here).await }).expect("nobody stops it")
}

fn rate(times: usize, start: Instant) -> f64 {
    times as f64 / start.elapsed().as_secs_f64()
}

/// The same measurement of both.
macro_rules! both {
    ($ours:ident, $tokio:ident, $tasks:expr, $times:expr, |$number:ident| $ours_task:expr, $tokio_task:expr) => {
        fn $ours() -> f64 {
            ours(async |here| {
                let start = Instant::now();
                let tasks: Vec<_> = (0..$tasks).map(|$number| here.create_task($ours_task)).collect();
                for task in tasks {
                    task.await.expect("no panic");
                }
                rate($tasks * $times, start)
            })
        }
        fn $tokio() -> f64 {
            tokio_runtime().block_on(async {
                let start = Instant::now();
                let tasks: Vec<_> = (0..$tasks).map(|$number| tokio::spawn($tokio_task)).collect();
                for task in tasks {
                    task.await.expect("no panic");
                }
                rate($tasks * $times, start)
            })
        }
    };
}

both!(our_spawn, tokio_spawn, TASKS, 1, |number| async move { number }, async move { number });
both!(
    our_switch,
    tokio_switch,
    1_000,
    500,
    |_number| async {
        for _ in 0..500 {
            yield_now().await;
        }
    },
    async {
        for _ in 0..500 {
            tokio::task::yield_now().await;
        }
    }
);
const MS: Duration = Duration::from_millis(1);
both!(our_timers, tokio_timers, TASKS, 1, |_number| async { sleep(MS).await }, async { tokio::time::sleep(MS).await });
/// From 1 to 2 ms, in no order.
fn spread(number: usize) -> Duration {
    Duration::from_micros(1_000 + (number as u64 * 7_919) % 1_000)
}
both!(our_spread, tokio_spread, TASKS, 1, |number| async move { sleep(spread(number)).await }, async move {
    tokio::time::sleep(spread(number)).await;
});

/// Prints how many bytes a sleeping task takes.
fn memory(whose: &str) -> ExitCode {
    const MANY: usize = 1_000_000;
    let used = || memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem) as f64;
    let hour = Duration::from_secs(3600);
    let bytes = match whose {
        "ours" => ours(async move |here| {
            let before = used();
            let tasks: Vec<_> = (0..MANY).map(|_| here.create_task(async move { sleep(hour).await })).collect();
            yield_now().await;
            let bytes = (used() - before) / MANY as f64;
            drop(tasks);
            bytes
        }),
        _ => tokio_runtime().block_on(async {
            let before = used();
            let tasks: Vec<_> =
                (0..MANY).map(|_| tokio::spawn(async move { tokio::time::sleep(hour).await })).collect();
            while tokio::runtime::Handle::current().metrics().global_queue_depth() > 0 {
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(MS).await;
            let bytes = (used() - before) / MANY as f64;
            drop(tasks);
            bytes
        }),
    };
    println!("{bytes}");
    ExitCode::SUCCESS
}

fn memory_of(whose: &str) -> f64 {
    let this = std::env::current_exe().expect("it runs");
    let output = Command::new(this).env(MEMORY, whose).output().expect("this program can be started");
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(f64::NAN)
}

/// The processor time of a thread or a process so far, in seconds; only Linux tells.
fn processor_time(of: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{of}/schedstat")).unwrap_or_default();
    text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).map_or(f64::NAN, |time| time / 1e9)
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Server {
    Ours,
    Tokio,
    Bare,
    Asyncio,
}

#[derive(Clone, Copy)]
struct Load {
    connections: usize,
    rounds: u32,
    pause: Duration,
}

impl Load {
    fn start(self, server: SocketAddr) -> Child {
        let Load { connections, rounds, pause } = self;
        Orders { server, connections, rounds, pause }.start().expect("this program can be started")
    }
}

fn end(client: Child) -> Report {
    let output = client.wait_with_output().expect("the client ends");
    Report::parse(&output.stdout).expect("the client reports")
}

/// What the client saw, and the processor time of the server.
fn serve(server: Server, load: Load) -> (Report, f64) {
    let before = processor_time("thread-self");
    let report = match server {
        Server::Ours => ours(async move |here| {
            let listener = listen(LOCALHOST.into()).expect("a port is free");
            let client = load.start(listener.local_addr().expect("it listens"));
            let serving = here.create_task(lesson04_event_loop::demos::ten_thousand_connections::serve(
                listener,
                Rc::new(Cell::new((0, 0))),
            ));
            let report = here.run_in_executor(move || end(client)).await.expect("no panic");
            serving.cancel();
            report
        }),
        Server::Tokio => tokio_runtime().block_on(async {
            // As ours: tokio's own `bind` takes 1024 for the backlog too.
            let listener = tokio::net::TcpListener::bind(SocketAddr::from(LOCALHOST)).await.expect("a port is free");
            let client = load.start(listener.local_addr().expect("it listens"));
            let serving = tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        let mut buffer = [0; 1024];
                        while let Ok(count) = stream.read(&mut buffer).await {
                            if count == 0 || stream.write_all(&buffer[..count]).await.is_err() {
                                break;
                            }
                        }
                    });
                }
            });
            let report = tokio::task::spawn_blocking(move || end(client)).await.expect("no panic");
            serving.abort();
            report
        }),
        Server::Bare => bare(load).expect("the poller works"),
        Server::Asyncio => return asyncio(load),
    };
    (report, processor_time("thread-self") - before)
}

/// No tasks, no wakers, no queue: what the kernel and the poller cost.
fn bare(load: Load) -> io::Result<Report> {
    const ACCEPT: Token = Token(usize::MAX);
    const DONE: Token = Token(usize::MAX - 1);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let mut listener = mio::net::TcpListener::bind(LOCALHOST.into())?;
    poll.registry().register(&mut listener, ACCEPT, Interest::READABLE)?;
    // Kept here as well: the last one to go takes a wake-up that has not been looked at with it.
    let waker = Arc::new(mio::Waker::new(poll.registry(), DONE)?);
    let client = load.start(listener.local_addr()?);
    let thread_waker = Arc::clone(&waker);
    let client = std::thread::spawn(move || {
        let report = end(client);
        thread_waker.wake().expect("the loop waits for it");
        report
    });
    let mut streams: Slab<mio::net::TcpStream> = Slab::new();
    let mut buffer = [0; 1024];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            match event.token() {
                DONE => return Ok(client.join().expect("no panic")),
                ACCEPT => {
                    while let Ok((mut stream, _)) = listener.accept() {
                        let place = streams.vacant_entry();
                        poll.registry().register(
                            &mut stream,
                            Token(place.key()),
                            Interest::READABLE | Interest::WRITABLE,
                        )?;
                        place.insert(stream);
                    }
                }
                Token(key) if event.is_readable() => {
                    let Some(stream) = streams.get_mut(key) else { continue };
                    match stream.read(&mut buffer) {
                        Ok(count) if count > 0 => stream.write_all(&buffer[..count])?,
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        _ => drop(streams.remove(key)),
                    }
                }
                _ => {}
            }
        }
    }
}

fn asyncio(load: Load) -> (Report, f64) {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/peers.py");
    let mut server = Command::new(python)
        .args([script, "--serve"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a Python");
    let mut port = String::new();
    BufReader::new(server.stdout.take().expect("piped")).read_line(&mut port).expect("it prints its port");
    let address = SocketAddr::from(([127, 0, 0, 1], port.trim().parse().expect("a port")));
    let report = end(load.start(address));
    let time = processor_time(&server.id().to_string());
    drop(server.stdin.take());
    server.wait().expect("it ends with its input");
    (report, time)
}

/// What `python/peers.py` measures, by name.
fn python_figures() -> BTreeMap<String, f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/peers.py");
    common::python::run(&script, &[""; 0], PYTHON_LIMIT).map(|run| run.figures).unwrap_or_default()
}

/// A line of the table. A goal below which, or above which, the ratio should not be; 0: none.
fn line(what: &str, peer: &str, ours: f64, theirs: f64, ratio: f64, goal: &str) {
    let number = |value: f64| {
        if value < 10.0 { format!("{value:.2}") } else { common::format::count(value.round() as u64) }
    };
    println!("| {what} | {peer} | {} | {} | {ratio:.2}x | {goal} |", number(ours), number(theirs));
}

fn median(values: &[f64]) -> f64 {
    Summary::of(values.iter().copied()).median
}

fn ratios(ours: &[f64], theirs: &[f64]) -> f64 {
    median(&ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>())
}

fn tasks() {
    const ROUNDS: usize = 15;
    type Measure = fn() -> f64;
    let measurements: [(&str, &str, Measure, Measure, [&str; 2]); 4] = [
        ("spawn and join, 1/s", "spawn", our_spawn, tokio_spawn, ["1.50x", "40x"]),
        ("switch, 1/s", "switch", our_switch, tokio_switch, ["1.50x", "25x"]),
        ("timers, all of 1 ms, 1/s", "timers", our_timers, tokio_timers, ["1.50x", "10x"]),
        ("timers, from 1 to 2 ms, 1/s", "", our_spread, tokio_spread, ["", ""]),
    ];
    let python = python_figures();
    for (what, figure, ours, tokio, [goal, python_goal]) in measurements {
        let (mut our_rates, mut tokio_rates) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            our_rates.push(ours());
            tokio_rates.push(tokio());
        }
        line(what, "tokio", median(&our_rates), median(&tokio_rates), ratios(&our_rates, &tokio_rates), goal);
        if let Some(theirs) = python.get(figure) {
            line(what, "asyncio", median(&our_rates), *theirs, median(&our_rates) / theirs, python_goal);
        }
    }
    let (ours, tokio) = (memory_of("ours"), memory_of("tokio"));
    line("bytes a sleeping task", "tokio", ours, tokio, ours / tokio, "at most 0.75x");
    if let Some(theirs) = python.get("bytes") {
        line("bytes a sleeping task", "asyncio", ours, *theirs, ours / theirs, "");
    }
}

fn echo(connections: usize, rounds: u32, times: usize, goals: [&str; 3]) {
    let load = Load { connections, rounds, pause: Duration::ZERO };
    let servers = [Server::Ours, Server::Tokio, Server::Bare, Server::Asyncio];
    let mut rates = [const { Vec::new() }; 4];
    for _ in 0..times {
        for (server, rates) in servers.iter().zip(&mut rates) {
            let (report, _) = serve(*server, load);
            assert_eq!((report.connections, report.wrong), (connections as u64, 0), "{server:?}: {report:?}");
            rates.push(report.right as f64 / report.seconds);
        }
    }
    let what = format!("echo, {} connections, 1/s", common::format::count(connections as u64));
    for (index, (peer, goal)) in ["tokio", "bare poll loop", "asyncio"].into_iter().zip(goals).enumerate() {
        let theirs = &rates[index + 1];
        line(&what, peer, median(&rates[0]), median(theirs), ratios(&rates[0], theirs), goal);
    }
}

fn fixed_rate() {
    // 1,000 connections, a message each in 50 ms: 20,000 a second.
    let load = Load { connections: 1_000, rounds: 60, pause: Duration::from_millis(50) };
    let servers = [Server::Ours, Server::Tokio, Server::Bare, Server::Asyncio];
    let mut cores = [const { Vec::new() }; 4];
    for _ in 0..3 {
        for (server, cores) in servers.iter().zip(&mut cores) {
            let (report, time) = serve(*server, load);
            cores.push(time / report.seconds);
        }
    }
    for (index, (peer, goal)) in
        [("tokio", ""), ("bare poll loop", ""), ("asyncio", "at most 0.65x")].into_iter().enumerate()
    {
        let theirs = &cores[index + 1];
        line("cores for 20,000 messages/s", peer, median(&cores[0]), median(theirs), ratios(&cores[0], theirs), goal);
    }
}

fn main() -> ExitCode {
    if let Ok(whose) = std::env::var(MEMORY) {
        return memory(&whose);
    }
    if std::env::var_os("LESSON04_CLIENT").is_some() {
        pin(1);
    }
    if let Some(status) = load::client() {
        return status;
    }
    if std::env::args().any(|argument| argument == "--test") {
        return ExitCode::SUCCESS; // `cargo test --benches` asks whether it starts
    }
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let wanted = |name: &str| name.contains(&filter);
    println!("| | peer | ours | peer | ratio | goal |\n|---|---|---|---|---|---|");
    let connections = load::connections_allowed(10_000);
    pin(0);
    if wanted("tasks") {
        tasks();
    }
    if wanted("echo-many") {
        echo(connections, 10, 3, ["0.95x", "", "3.00x"]);
    }
    if wanted("echo-few") {
        echo(100, 500, 5, ["0.95x", "", "5.00x"]);
    }
    if wanted("fixed-rate") {
        fixed_rate();
    }
    io::stdout().flush().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}
