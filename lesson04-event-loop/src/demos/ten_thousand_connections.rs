//! **Claim**: One thread holds ten thousand connections, and answers all of them.
//!
//! **Python**:
//! ```python
//! server = await asyncio.start_server(echo, "127.0.0.1", 0)
//! ```
//!
//! **Predict**: Ten thousand threads would take some 100 MB of stacks. How many KiB does a connection take here?
//!
//! **Try**: Let `echo` answer in two halves with a `sleep` in between. What happens to the others?

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use common::blocks::Table;
use common::{Figure, Lab, Verdict, format};

use crate::event_loop::net::{TcpListener, TcpStream};
use crate::event_loop::{EventLoop, get_event_loop, listen, sleep};
use crate::load::{Orders, Report, connections_allowed};

/// How many connections are asked for.
const CONNECTIONS: usize = 10_000;
/// How many messages each of them sends.
const ROUNDS: u32 = 3;
/// How long to wait when there is no file for another connection. CPython's server waits for a second.
const OUT_OF_FILES: Duration = Duration::from_millis(50);

/// Sends back what comes, until the other side ends.
async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            count => stream.write_all(&buffer[..count]).await?,
        }
    }
}

/// Accepts for ever; a task for each connection. Counts how many are open, and how many have been at most.
pub async fn serve(listener: TcpListener, open: Rc<Cell<(usize, usize)>>) {
    let Ok(here) = get_event_loop() else { return };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of files, most likely. To try again at once would keep the loop busy, and close no file.
            sleep(OUT_OF_FILES).await;
            continue;
        };
        let open = Rc::clone(&open);
        drop(here.create_task(async move {
            let now = open.get().0 + 1;
            open.set((now, open.get().1.max(now)));
            let _ = echo(stream).await; // a connection that breaks is its client's concern
            open.set((open.get().0 - 1, open.get().1));
        }));
    }
}

/// Serves a client in a process of its own: what it saw, how many connections were open at once, and how many bytes each took.
pub fn serve_a_client(connections: usize, rounds: u32) -> anyhow::Result<(Report, usize, f64)> {
    let event_loop = EventLoop::new()?;
    let here = event_loop.handle();
    let before = memory();
    let (output, most, after) = event_loop.run_until_complete(async move {
        let listener = listen(([127, 0, 0, 1], 0).into())?;
        let server = listener.local_addr()?;
        let open = Rc::new(Cell::new((0, 0)));
        let serving = here.create_task(serve(listener, Rc::clone(&open)));
        let client = Orders { server, connections, rounds, pause: Duration::ZERO }.start()?;
        // Waiting for a process blocks.
        let output = here.run_in_executor(move || client.wait_with_output()).await?.context("the client")?;
        let after = memory();
        serving.cancel();
        anyhow::Ok((output, open.get().1, after))
    })??;
    let report = Report::parse(&output.stdout).context("the client ended early")?;
    Ok((report, most, after.saturating_sub(before) as f64 / most.max(1) as f64))
}

/// The memory that this process has in use. Nothing returns to the system soon, so the end shows the most.
fn memory() -> usize {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem)
}

/// As many as allowed, all at once.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let connections = connections_allowed(CONNECTIONS);
    if connections < CONNECTIONS {
        lab.show(format!("This process may open {connections} connections, not {CONNECTIONS}: `ulimit -n` says why."));
    }
    let rounds = lab.size(ROUNDS, 10 * ROUNDS);
    let (report, most, bytes) = serve_a_client(connections, rounds)?;
    let all = (report.connections as usize, most) == (connections, connections);
    lab.prove("all connections are open at once, on one thread", all, [Figure::count("open", most as u64)]);
    let messages = connections as u64 * u64::from(rounds);
    let right = (report.right, report.wrong) == (messages, 0);
    lab.prove("every reply is the message that was sent", right, [Figure::count("replies", report.right)]);
    let rate = report.right as f64 / report.seconds;
    let figures = [Figure::new("", rate, "1/s"), Figure::bytes("a connection", bytes as u64)];
    lab.observe("in less memory than a thread's", Verdict::observed(bytes < 9.6 * 1024.0), figures);
    if let Some(python) = lab.python("ten_thousand_connections.py", &[&connections.to_string()]) {
        let mut table = Table::new("Beside Python", &["", "here", &python.name()]);
        table.row(&[&"messages/s", &format::count(rate as u64), &format::count(python.figure("rate") as u64)]);
        table.row(&[&"bytes a connection", &format::bytes(bytes), &format::bytes(python.figure("bytes"))]);
        lab.show(table);
    }
    Ok(())
}
