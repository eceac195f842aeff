//! **Claim**: A turn sleeps until something is ready, then runs it, each thing once.
//!
//! **Python**:
//! ```python
//! loop._run_once()        # select, then timers, then the ready queue as it stands
//! ```
//!
//! **Predict**: A task wakes itself at once, again and again. Does the socket's reader ever get its turn?
//!
//! **Try**: In `core.rs`, loop `while let Some(next) = ...pop_front()` instead of `for _ in 0..now_ready`. What happens here?

use std::net::Ipv4Addr;
use std::time::Duration;

use common::{Figure, Lab};

use crate::event_loop::{EventLoop, Turn, get_event_loop, listen, sleep};
use crate::late::late_client;
use crate::shown::one_turn as shown;
use crate::solutions::yield_now::yield_now;

/// How long the sleeper sleeps, twice.
const NAP: Duration = Duration::from_millis(4);
/// How often the restless one gives way.
const SWITCHES: usize = 3;

async fn sleeper() {
    sleep(NAP).await;
    sleep(NAP).await;
}

async fn restless() {
    for _ in 0..SWITCHES {
        yield_now().await;
    }
}

/// Waits for a connection and what it says, from a thread that takes its time.
async fn reader() -> std::io::Result<usize> {
    let listener = listen((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = listener.local_addr()?;
    let event_loop = get_event_loop().map_err(std::io::Error::other)?.threadsafe();
    let client = late_client(address, event_loop, NAP);
    let (mut stream, _) = listener.accept().await?;
    let count = stream.read(&mut [0; 64]).await?;
    drop(client); // it ends by itself
    Ok(count)
}

/// Three tasks of different temper in one loop, and every turn of it.
pub fn turns() -> anyhow::Result<(usize, Vec<Turn>)> {
    let event_loop = EventLoop::new()?;
    event_loop.record_turns(true);
    let spawner = event_loop.handle();
    let read = event_loop.run_until_complete(async move {
        let sleeping = spawner.create_task(sleeper());
        let switching = spawner.create_task(restless());
        let reading = spawner.create_task(reader());
        sleeping.await?;
        switching.await?;
        anyhow::Ok(reading.await??)
    })??;
    Ok((read, event_loop.take_turns()))
}

/// Runs them, and shows the turns.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let (read, turns) = turns()?;
    lab.detail(shown::table(&turns));
    lab.detail(shown::picture(&turns));
    let polls = |name: &str| turns.iter().flat_map(|turn| &turn.ran).filter(|ran| ran.name == name).count();
    let exact = turns.iter().all(|turn| turn.ran.len() == turn.ready);
    lab.prove("a turn runs what was ready at its beginning, once", exact, [Figure::count("turns", turns.len() as u64)]);
    let (naps, switches) = (polls("sleeper"), polls("restless"));
    let figures = [Figure::count("sleeper", naps as u64), Figure::count("restless", switches as u64)];
    lab.prove("no poll without a wake-up", (naps, switches) == (3, SWITCHES + 1), figures);
    let busy =
        turns.iter().zip(turns.iter().skip(1)).filter(|(turn, _)| turn.ran.iter().any(|ran| ran.name == "restless"));
    let awake = busy.take(SWITCHES).all(|(_, next)| next.allowed == Some(Duration::ZERO));
    lab.prove("with a task ready, the poller may not sleep", awake && read == 5, []);
    if let Some(python) = lab.python("one_turn.py", &[]) {
        let (ours, theirs) = (turns.len(), python.figure("turns"));
        lab.show(format!("Turns for the same three tasks: {ours} here, {theirs} in {}.", python.name()));
    }
    Ok(())
}
