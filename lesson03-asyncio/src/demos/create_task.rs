//! **Claim**: A task runs by itself; a group waits for its tasks, and leaves none behind.
//!
//! **Python**:
//! ```python
//! task = asyncio.create_task(work())   # keep it: the loop holds tasks by weak references only
//! async with asyncio.TaskGroup() as group: group.create_task(work())
//! ```
//!
//! **Predict**: A task is spawned and its handle dropped at once. Does its body run?
//!
//! **Try**: In `group.rs`, replace `token.cancel()` by `workers.abort_all()`. Who cleans up now?

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use common::{Figure, Lab};
use tokio::time::sleep;

use super::on_virtual_time;
use crate::group::{a_set_is_dropped, every_failure};
use crate::names::names;

/// How many of 100 tasks have run: when they have just been spawned, when nothing can run but those that wait, and at the
/// runtime's end. Their handles are dropped at once, and half of them wait for an hour.
pub fn nobody_awaits() -> io::Result<[usize; 3]> {
    let ran = Arc::new(AtomicUsize::new(0)); // relaxed: it counts, and everything is on one thread
    let body = |ran: Arc<AtomicUsize>, wait: bool| async move {
        if wait {
            sleep(Duration::from_secs(3600)).await;
        }
        ran.fetch_add(1, Relaxed);
    };
    let [spawned, idle] = on_virtual_time()?.block_on(async {
        drop(body(Arc::clone(&ran), false)); // a future that is not spawned never runs
        for number in 0..100 {
            drop(tokio::spawn(body(Arc::clone(&ran), number % 2 == 0)));
        }
        let spawned = ran.load(Relaxed);
        sleep(Duration::from_millis(1)).await; // the virtual clock moves when nothing else does
        [spawned, ran.load(Relaxed)]
    });
    Ok([spawned, idle, ran.load(Relaxed)]) // the runtime is gone, and dropped whoever still waited
}

/// What a panic in one task is to whoever awaits it, and to its neighbour.
pub fn one_panics() -> io::Result<(bool, u32)> {
    on_virtual_time()?.block_on(async {
        // Unwinds as a panic does, without the message that would be the only trace if nobody awaited the task.
        let bad = tokio::spawn(async { resume_unwind(Box::new("on purpose")) });
        let neighbour = tokio::spawn(async { 42 });
        let error = bad.await.err().filter(tokio::task::JoinError::is_panic);
        Ok((error.is_some(), neighbour.await?))
    })
}

/// Spawns and looks.
pub fn run(lab: &mut Lab) -> anyhow::Result<()> {
    let [spawned, idle, end] = nobody_awaits()?;
    let figures = [("at once", spawned), ("idle", idle), ("end", end)];
    let figures = figures.map(|(name, count)| Figure::count(name, count as u64));
    lab.prove("of 100 that nobody awaits run", [spawned, idle, end] == [0, 50, 50], figures);
    lab.prove("a panic is an error of its handle; the neighbour runs", one_panics()? == (true, 42), []);
    lab.prove("a task-local is not inherited; ids differ", names()? == ("parent", false, true), []);
    lab.prove("a set that is dropped aborts its tasks", a_set_is_dropped()? == [10, 0], []);
    let (groups, whole) = every_failure(&on_virtual_time()?);
    let claim = "whoever fails, the others clean up, none is left";
    lab.prove(claim, groups == whole, [Figure::count("groups", groups)]);
    let rows = [
        ("tasks that vanish, of 10 that nobody holds", 0.0, "vanished", ""),
        ("errors reported that nobody awaited", 0.0, "never_retrieved", ""),
        ("a task inherits context variables", 0.0, "inherited", "?"),
    ];
    lab.beside_python("create_task.py", &[], rows);
    Ok(())
}
