//! **Claim**: Dropping is cancelling: it falls on an `await`, and leaves things half done.
//!
//! **Python**:
//! ```python
//! task.cancel()                   # throws CancelledError in at an await; it may be caught
//! async with asyncio.timeout(1): ...
//! await asyncio.shield(work())    # the outer wait is cancelled, the inner task is not
//! ```
//!
//! **Predict**: `timeout(20 ms, f)`, and f computes for a second without an `await`. When does it return, with what?
//!
//! **Try**: In `frames/two_remembers.rs`, await something between `take_frame` and `return`. Which cuts lose a frame?

use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use common::{Figure, Lab};
use tokio::sync::mpsc;
use tokio::task::{LocalSet, yield_now};
use tokio::time::{Instant, sleep, timeout};

use super::on_virtual_time;
use crate::bank::{Bank, Unlock, cut_after, transfer};
use crate::frames::trial::{self, PERIOD, Version, bytes, every_cut, read};
use crate::polling::poll_times;
use crate::session::{Heard, Session};
use crate::shown::cancellation as shown;

/// The same with the transfer in a task: what is dropped is the wait for it. Python's `shield`.
pub fn cut_after_in_a_task(polls: usize) -> io::Result<i64> {
    let bank = Rc::new(Bank::default());
    let theirs = Rc::clone(&bank);
    let experiment = async move {
        let task = tokio::task::spawn_local(async move { transfer(&theirs).await });
        for _ in 0..polls {
            yield_now().await; // the task runs on this thread as well: let it take a turn
        }
        drop(task); // cancelled, at whatever point it is
        sleep(Duration::from_secs(1)).await;
    };
    on_virtual_time()?.block_on(LocalSet::new().run_until(experiment));
    Ok(bank.sum())
}

/// A future that is cut off by its timeout: after how long, and how many destructors ran. And one that does not await,
/// under a timeout of nothing: how far it got.
pub fn timeouts() -> io::Result<(Duration, u32, Option<u32>)> {
    let bank = Bank::default();
    on_virtual_time()?.block_on(async {
        let start = Instant::now();
        let waits = async { (Unlock(&bank), sleep(Duration::from_secs(3600)).await).1 };
        let _elapsed = timeout(Duration::from_millis(20), waits).await;
        let after = start.elapsed();
        let computes = async { (0..1_000).fold(0, |done, _| std::hint::black_box(done) + 1) };
        Ok((after, bank.destructors(), timeout(Duration::ZERO, computes).await.ok()))
    })
}

/// A session that is cancelled after so many polls: what the server has heard when all is quiet again.
pub fn session_cut_after(polls: usize) -> io::Result<Vec<Heard>> {
    let (server, mut hears) = mpsc::unbounded_channel();
    on_virtual_time()?.block_on(async {
        let whole = async {
            let session = Session::open(server).await;
            session.work().await;
            session.close().await;
        };
        poll_times(pin!(whole), polls);
        let mut heard = Vec::new();
        while let Some(message) = hears.recv().await {
            heard.push(message); // ends when the last sender is gone: the session's, or its farewell's
        }
        Ok(heard)
    })
}

/// Cuts at every point there is.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let cuts: Vec<_> = (0..=3).map(cut_after).collect();
    lab.detail(shown::cuts(&cuts));
    let lossy = cuts.iter().filter(|cut| cut.0 != 0).count();
    let destructors = cuts.iter().skip(1).all(|cut| cut.1 == 1);
    lab.prove("1 of 4 cuts loses money; destructors run at each", lossy == 1 && destructors, []);
    let shielded = (0..=3).map(cut_after_in_a_task).collect::<io::Result<Vec<_>>>()?;
    lab.prove("in a task of its own it is whole at every cut", shielded == [0; 4], []);
    let (after, ran, done) = timeouts()?;
    let figures = [Figure::seconds("cut after", after.as_secs_f64())];
    let exact = (after, ran, done) == (Duration::from_millis(20), 1, Some(1_000));
    lab.prove("a timeout cuts what awaits, and nothing else", exact, figures);
    readers(lab)?;
    let sessions = (1..=6).map(session_cut_after).collect::<io::Result<Vec<_>>>()?;
    let goodbyes = sessions.iter().all(|heard| heard.iter().filter(|heard| **heard == Heard::Goodbye).count() == 1);
    lab.prove("a destructor spawns what must be awaited", goodbyes, [Figure::count("cuts", sessions.len() as u64)]);
    let rows = [
        ("a cancelled task may go on", 0.0, "survived_a_cancel", "?"),
        ("cuts at which a transfer loses money, of 4", 1.0, "lossy_cuts", ""),
        ("the same under shield", 0.0, "lossy_cuts_shielded", ""),
        ("cleaning up may await", 0.0, "awaited_in_finally", "?"),
    ];
    lab.beside_python("cancellation.py", &[], rows);
    Ok(())
}

/// A reader beside a tick: forced, in all its cuts, and left to luck.
fn readers(lab: &mut Lab) -> anyhow::Result<()> {
    const VERSIONS: [Version; 3] = [Version::Forgets, Version::Remembers, Version::Tasks];
    let runtime = on_virtual_time()?;
    let mut pauses = vec![Duration::ZERO; bytes().len()];
    pauses[4] = PERIOD; // after the length and two bytes of the body
    lab.detail(trial::forced_schedule());
    let mut forced = Vec::new();
    let mut cuts = Vec::new();
    for version in VERSIONS {
        forced.push(runtime.block_on(read(version, &pauses, PERIOD))?.is_whole());
        cuts.push(runtime.block_on(every_cut(version))?);
    }
    lab.prove("forced: select! drops a reader, its bytes are lost", forced == [false, true, true], []);
    let figures = ["forgets", "remembers", "a task"].iter().zip(&cuts).map(|(name, it)| Figure::count(*name, it.1));
    let all = cuts[0].0;
    let title = format!("whole, of {all} cuts");
    lab.prove(title, cuts.iter().map(|it| it.1).eq([2, all, all]), figures.collect::<Vec<_>>());
    let runs = lab.runs(100);
    let whole = runtime.block_on(trial::luck(VERSIONS, runs, lab.seed()))?.map(f64::from);
    lab.detail(shown::luck(runs, lab.seed(), whole));
    Ok(())
}
